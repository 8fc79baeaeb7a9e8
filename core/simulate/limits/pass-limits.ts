import type { RefusedBecause } from "#core/rate-limit/charge.ts";
import { capacityOf } from "#core/rate-limit/limit.ts";
import { refusalHeaders } from "#core/rate-limit/limit-headers.ts";
import { parseRuleName, planOfRule, planWrittenIn, refOfRule } from "#core/rate-limit/rule-name.ts";
import { REFUSAL_STATUS } from "#core/refusal-status.ts";
import type { Undecided } from "#core/simulate/decision.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import { chargeRequest, type RequestCharge } from "#core/simulate/limits/charge-request.ts";
import type { PreparedLimit } from "#core/simulate/limits/read-limit-set.ts";
import type { Stopped } from "#core/simulate/passed.ts";
import type { Place, Trace } from "#core/simulate/step.ts";
import type { Origin } from "#core/xds/layer.ts";
import { ANSWER_METADATA } from "#core/xds/limits-metadata.ts";

/**
 * A request's turn before its limits: as if it came alone, so that what counts it lets it through. Only who lacks a key that is
 * required, or costs more than there ever is, is refused whenever it comes.
 */
export function passLimits(
  rules: readonly PreparedLimit[] | undefined,
  exchange: Exchange,
  trace: Trace | undefined,
  place: Place | undefined,
): Stopped | Undecided | undefined {
  if (rules === undefined) return { kind: "undecided", what: "the proxy's agent knows the limits" };
  const charges = chargeRequest(rules, exchange);
  const refusing = charges.find((charge) => !charge.rule.isShadow && isNeverAdmitted(charge));
  for (const charge of charges) {
    trace?.add({
      at: "HTTP filter",
      result: charge === refusing ? "ended" : "passed",
      title: titleOf(charge.rule),
      why: describeCharge(charge),
      place,
      origins: [originOf(charge.rule)],
    });
    if (charge === refusing) return refuse(charge.rule, charge.isDenied ? "missing-key" : "cost-above-limit", exchange);
  }
  return undefined;
}

const isNeverAdmitted = ({ isDenied, cost, rule }: RequestCharge): boolean => isDenied || cost > capacityOf(rule.limit);

function describeCharge(charge: RequestCharge): string {
  const { rule, cost, isDenied } = charge;
  const { amount, perMs, burst } = rule.limit;
  const length =
    rule.unit === "Concurrent"
      ? "at a time"
      : `in ${rule.period ?? (perMs % 1000 === 0 ? `${perMs / 1000} s` : `${perMs} ms`)}`;
  const bytes = rule.unit === "Bytes" ? " bytes" : "";
  const most = `${amount}${bytes} ${length}${burst === undefined ? "" : `, ${burst} at once`}`;
  const keys = rule.key.map(({ attribute }) => attribute).join(" and ");
  const each = keys === "" ? "" : ` for each ${keys}`;
  if (isDenied) return `it has no ${keys}, and who has none is refused with ${rule.refusedStatus}`;
  if (cost > capacityOf(rule.limit)) return `it costs ${cost}, and there are never more than ${capacityOf(rule.limit)}`;
  return `at most ${most}${each}: it costs ${cost}, and is ${whenUsedUp(rule)}`;
}

function whenUsedUp({ isShadow, over, enforcePercent, unit, refusedStatus }: PreparedLimit): string {
  if (isShadow || over === "Notify") return "counted, and refused nothing";
  const enforced = enforcePercent < 100 ? `, of ${enforcePercent} % of requests` : "";
  if (over === "Deny") return `answered ${refusedStatus} when they are used up${enforced}`;
  return `goes on at ${over.throttle.amount}${unit === "Bytes" ? " bytes" : ""} in ${over.throttle.perMs / 1000} s when they are used up`;
}

function titleOf(rule: PreparedLimit): string {
  const { rule: name } = parseRuleName(rule.name);
  const plan = planOfRule(rule);
  const of = plan === undefined ? "" : `, as Plan ${plan} has it`;
  return `${rule.period === undefined ? `RateLimit ${rule.policy}, rule ${name}` : `Quota ${rule.policy}`}${of}`;
}

function originOf(rule: PreparedLimit): Origin {
  const plan = planWrittenIn(rule.policy);
  return {
    resource: plan === undefined ? refOfRule(rule) : `Plan/${rule.policy.split("/")[0]}/${plan}`,
    path: rule.period === undefined ? `${rule.place}.rules[${rule.index}]` : rule.place,
  };
}

/** As the agent does: the filter answers 429, and the listener what the agent's answer says. */
function refuse(rule: PreparedLimit, because: RefusedBecause, exchange: Exchange): Stopped {
  exchange.note(ANSWER_METADATA.filter, ANSWER_METADATA.status, String(rule.refusedStatus));
  const told = { rule, isAdmitted: false, because, retryMs: rule.limit.perMs };
  return {
    status: REFUSAL_STATUS,
    details: "request_rate_limited",
    flags: "RL",
    headers: new Headers(refusalHeaders(told, rule.refusedHeaders)),
    isFinished: false,
    body: rule.refusedBody,
    grpcStatus: 8,
  };
}
