import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { parseDurationMs } from "#core/duration.ts";
import { validateRules } from "#core/kinds/authorization-policy/validate-rule.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";
import type { RateLimitRule, RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";
import { validateBucket } from "#core/kinds/rate-limit/validate-bucket.ts";
import { validateOnLimit } from "#core/kinds/rate-limit/validate-on-limit.ts";
import { validateReserve } from "#core/kinds/rate-limit/validate-reserve.ts";
import { validateUnit } from "#core/kinds/rate-limit/validate-unit.ts";
import type { Path } from "#core/schema/path.ts";
import { percentOf, TOLD_COST_MAX } from "#core/whole-units.ts";

/** What is longer is a matter of days: it has to be in a ledger. */
const WINDOW_MS_MAX = 24 * 3_600_000;

export function validateRateLimit(spec: RateLimitSpec): Diagnostic[] {
  const { rules, scope, whenUncoordinated, mode, enforcePercent } = spec;
  const names = rules.map(({ name }) => name);
  return [
    ...validateTargets(spec),
    ...(scope === "Instance" && whenUncoordinated !== undefined
      ? [
          warningAt(
            ["spec", "whenUncoordinated"],
            "no-effect",
            "each proxy has a limit of its own, and asks nobody",
            "leave it out, or set scope: Service",
          ),
        ]
      : []),
    ...(mode === "Off"
      ? [warningAt(["spec", "mode"], "no-effect", "nothing is counted", "Shadow counts and refuses nobody")]
      : []),
    ...(enforcePercent !== undefined && mode !== undefined && mode !== "Enforce"
      ? [warningAt(["spec", "enforcePercent"], "no-effect", `nobody is refused in mode ${mode}`, "set mode to Enforce")]
      : []),
    ...rules.flatMap((rule, index): Diagnostic[] => {
      const path = ["spec", "rules", index];
      return [
        ...(names.indexOf(rule.name) < index
          ? [
              errorAt(
                [...path, "name"],
                "duplicate-value",
                `${rule.name} appears twice`,
                "who is refused is told the rule by its name: give each its own",
              ),
            ]
          : []),
        ...validateRules(rule.match, [...path, "match"]),
        ...validateRules(rule.exempt, [...path, "exempt"]),
        ...(rule.reserve ?? []).flatMap(({ match }, place) =>
          validateRules(match, [...path, "reserve", place, "match"]),
        ),
        ...validateAmounts(rule, path),
        ...validateBucket(rule.bucket ?? {}, [...path, "bucket"]),
        ...validateOnLimit(rule.onLimit ?? {}, [...path, "onLimit"]),
      ];
    }),
  ];
}

/** How much there is beside what a request takes of it. */
export const validateAmounts = (rule: RateLimitRule, path: Path): Diagnostic[] => [
  ...validateLimit(rule, path),
  ...validateUnit(rule, path),
  ...validateReserve(rule, [...path, "reserve"]),
];

/** A request has to fit into what there may be at once: else it is refused for ever, and the next try does not help. */
function validateLimit({ limit, cost = {}, reserve = [] }: RateLimitRule, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const { amount, burst } = limit;
  const [atOnce, where] = burst === undefined ? ([amount, "amount"] as const) : ([burst, "burst"] as const);
  const at = [...path, "limit", where];
  const { request = 1, requestHeader, responseHeader, most } = cost;
  const header = requestHeader ?? responseHeader;
  if (request > atOnce)
    issues.push(
      errorAt(
        at,
        "conflicting-fields",
        `a request costs ${request} and there are never more than ${atOnce}: it would always be refused`,
        `set ${where} to ${request} or more, or lower cost.request`,
      ),
    );
  else if (requestHeader !== undefined && most !== undefined && most > atOnce)
    issues.push(
      errorAt(
        at,
        "conflicting-fields",
        `a request may cost ${most} and there are never more than ${atOnce}: those that do would always be refused`,
        `set ${where} to ${most} or more, or lower cost.most`,
      ),
    );
  else
    for (const [index] of reserve.entries()) {
      // As reserveShare leaves it to all others.
      const kept = reserve.slice(0, index + 1).reduce((sum, each) => sum + each.share, 0);
      const left = Math.max(1, percentOf(atOnce, 100 - kept));
      const costliest = Math.max(request, requestHeader === undefined ? 0 : (most ?? 0));
      if (kept < 100 && costliest > left)
        issues.push(
          errorAt(
            [...path, "reserve", index, "share"],
            "conflicting-fields",
            `a request may cost ${costliest}, and what is reserved leaves ${left} to others: theirs would always be refused`,
            `lower the share, raise ${where}, or lower what a request costs`,
          ),
        );
    }
  if (most !== undefined && most < request)
    issues.push(
      errorAt(
        [...path, "cost", "most"],
        "conflicting-fields",
        `a request costs ${request} at least, and ${most} at most`,
        `set most to ${request} or more`,
      ),
    );
  if (responseHeader !== undefined && most !== undefined && most > TOLD_COST_MAX)
    issues.push(
      errorAt(
        [...path, "cost", "most"],
        "bad-value",
        `a response tells of ${TOLD_COST_MAX} units at most`,
        `set most to that or less, and let ${responseHeader} count in larger units`,
      ),
    );
  if (header !== undefined && most === undefined)
    issues.push(
      errorAt(
        [...path, "cost"],
        "needs-field",
        `most is missing: ${header} may say any number`,
        "set most to what one request costs at most",
      ),
    );
  if (header === undefined && most !== undefined)
    issues.push(
      warningAt(
        [...path, "cost", "most"],
        "no-effect",
        "no header says what a request costs",
        "leave it out, or set requestHeader or responseHeader",
      ),
    );
  if ((parseDurationMs(limit.per ?? "") ?? 0) > WINDOW_MS_MAX)
    issues.push(
      errorAt(
        [...path, "limit", "per"],
        "bad-value",
        `${limit.per} is longer than 24h`,
        "a RateLimit is of seconds to hours: set a shorter time and a smaller amount, or write a Quota, which is of days and months (period.rolling)",
      ),
    );
  return issues;
}
