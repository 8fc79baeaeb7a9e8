import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import { validateRules } from "#core/kinds/authorization-policy/validate-rule.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";
import type { QuotaSpec } from "#core/kinds/quota/schema.ts";
import { validateBucket } from "#core/kinds/rate-limit/validate-bucket.ts";
import { validateOnLimit } from "#core/kinds/rate-limit/validate-on-limit.ts";
import { validateBytes } from "#core/kinds/rate-limit/validate-unit.ts";
import { TOLD_COST_MAX } from "#core/whole-units.ts";

const ROLLING_MS_MAX = 366 * 24 * 3_600_000;
const THROTTLE_MS_MAX = 24 * 3_600_000;

export function validateQuota(spec: QuotaSpec): Diagnostic[] {
  return [
    ...validateTargets(spec),
    ...(spec.mode === "Off"
      ? [warningAt(["spec", "mode"], "no-effect", "nothing is counted", "Shadow counts and refuses nobody")]
      : []),
    ...validateRules(spec.match, ["spec", "match"]),
    ...validateRules(spec.exempt, ["spec", "exempt"]),
    ...validateBucket(spec.bucket ?? {}, ["spec", "bucket"]),
    ...validateCost(spec),
    ...(spec.unit === "Bytes" ? validateBytes(spec.cost ?? {}, ["spec"]) : []),
    ...validatePeriod(spec),
    ...validateSoft(spec),
    ...validateOver(spec),
    ...validateOnLimit(spec.onLimit ?? {}, ["spec", "onLimit"]),
  ];
}

/** A request has to fit into what there is: else it is refused for ever. */
export function validateCost({ amount, cost = {} }: QuotaSpec): Diagnostic[] {
  const { request = 1, requestHeader, responseHeader, most } = cost;
  const header = requestHeader ?? responseHeader;
  const costliest = costliestOf(cost);
  const issues: Diagnostic[] = [];
  if (costliest > amount)
    issues.push(
      errorAt(
        ["spec", "amount"],
        "conflicting-fields",
        `a request may cost ${costliest} and there are never more than ${amount}: those that do would always be refused`,
        `set amount to ${costliest} or more, or lower the cost`,
      ),
    );
  if (most !== undefined && most < request)
    issues.push(
      errorAt(
        ["spec", "cost", "most"],
        "conflicting-fields",
        `a request costs ${request} at least, and ${most} at most`,
        `set most to ${request} or more`,
      ),
    );
  if (responseHeader !== undefined && most !== undefined && most > TOLD_COST_MAX)
    issues.push(
      errorAt(
        ["spec", "cost", "most"],
        "bad-value",
        `a response tells of ${TOLD_COST_MAX} units at most`,
        `set most to that or less, and let ${responseHeader} count in larger units`,
      ),
    );
  if (header !== undefined && most === undefined)
    issues.push(
      errorAt(
        ["spec", "cost"],
        "needs-field",
        `most is missing: ${header} may say any number`,
        "set most to what one request costs at most",
      ),
    );
  if (header === undefined && most !== undefined)
    issues.push(
      warningAt(
        ["spec", "cost", "most"],
        "no-effect",
        "no header says what a request costs",
        "leave it out, or set requestHeader or responseHeader",
      ),
    );
  return issues;
}

/** What is known of a request before it is let through: a response may cost more than there is. */
const costliestOf = ({ request = 1, requestHeader, most = 0 }: NonNullable<QuotaSpec["cost"]>): number =>
  Math.max(request, requestHeader === undefined ? 0 : most);

function validatePeriod({ period: { calendar, timeZone, rolling }, carryOver = 0 }: QuotaSpec): Diagnostic[] {
  const issues: Diagnostic[] = [];
  if (timeZone !== undefined && calendar === undefined)
    issues.push(
      warningAt(
        ["spec", "period", "timeZone"],
        "no-effect",
        "only a calendar has a time zone",
        "leave it out, or set calendar",
      ),
    );
  if (carryOver > 0 && calendar === undefined)
    issues.push(
      errorAt(
        ["spec", "carryOver"],
        "conflicting-fields",
        "there is no next period that anything could be carried to",
        "leave it out, or set period.calendar",
      ),
    );
  if (rolling !== undefined && (parseDurationMs(rolling) ?? 0) > ROLLING_MS_MAX)
    issues.push(
      errorAt(
        ["spec", "period", "rolling"],
        "bad-value",
        `${rolling} is longer than a year`,
        "set a shorter one, or once: Ever",
      ),
    );
  return issues;
}

function validateSoft({ soft = [] }: QuotaSpec): Diagnostic[] {
  return soft.flatMap((percent, index) =>
    soft.indexOf(percent) < index
      ? [
          errorAt(
            ["spec", "soft", index],
            "duplicate-value",
            `${percent} appears twice`,
            "it is told once: leave one of them out",
          ),
        ]
      : [],
  );
}

function validateOver({ over = "Deny", throttle, cost = {} }: QuotaSpec): Diagnostic[] {
  if (over === "Throttle" && throttle === undefined)
    return [
      errorAt(
        ["spec", "over"],
        "needs-field",
        "throttle is missing: at which rate requests go on is not said",
        "set throttle to an amount and per, or over to Deny or Notify",
      ),
    ];
  if (over !== "Throttle" && throttle !== undefined)
    return [warningAt(["spec", "throttle"], "no-effect", `over is ${over}`, "set over: Throttle, or leave it out")];
  if (throttle === undefined) return [];
  const costliest = costliestOf(cost);
  if (costliest > throttle.amount)
    return [
      errorAt(
        ["spec", "throttle", "amount"],
        "conflicting-fields",
        `a request may cost ${costliest} and there are never more than ${throttle.amount}: those that do would always be refused`,
        `set amount to ${costliest} or more, or lower the cost`,
      ),
    ];
  return (parseDurationMs(throttle.per) ?? 0) > THROTTLE_MS_MAX
    ? [
        errorAt(
          ["spec", "throttle", "per"],
          "bad-value",
          `${throttle.per} is longer than 24h`,
          "set a shorter time and a smaller amount",
        ),
      ]
    : [];
}
