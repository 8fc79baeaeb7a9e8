import { parseDurationMs } from "#core/duration.ts";
import { describePeriod } from "#core/kinds/quota/describe-period.ts";
import type { QuotaSpec } from "#core/kinds/quota/schema.ts";
import { LONGEST_MS } from "#core/rate-limit/calendar-period.ts";
import { EVER_MS, type Limit, type Period } from "#core/rate-limit/limit.ts";
import { QUOTA_RULE } from "#core/rate-limit/rule-name.ts";
import { REFUSAL_STATUS } from "#core/refusal-status.ts";
import { placeIn, writtenIn } from "#core/resolve/inline-limits.ts";
import { guarding, KEYS_MAX, keyOf, type LimitingRule } from "#core/resolve/rate-limits.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Those of Quotas that are not off, in their order: a rule each. */
export function readQuotas(quotas: readonly Resource<"Quota">[]): readonly LimitingRule[] {
  return quotas.filter(({ spec }) => spec.mode !== "Off").map(ruleOf);
}

function ruleOf(resource: Resource<"Quota">): LimitingRule {
  const { namespace, name } = resource.metadata;
  const { mode, match, exempt, bucket = {}, cost = {}, onLimit = {}, headers = "Standard" }: QuotaSpec = resource.spec;
  const { request = 1, requestHeader, responseHeader, most = request } = cost;
  return {
    ref: writtenIn(resource),
    namespace,
    policy: `${namespace}/${name}`,
    name: QUOTA_RULE,
    index: 0,
    place: placeIn(resource),
    isShadow: mode === "Shadow",
    enforcePercent: 100,
    isPerInstance: false,
    match: guarding(match),
    exempt: guarding(exempt),
    within: undefined,
    without: undefined,
    key: keyOf(bucket),
    missing: bucket.missing ?? "Share",
    keysMax: bucket.keysMax ?? KEYS_MAX,
    limit: limitOf(resource.spec),
    period: describePeriod(resource.spec.period),
    soft: resource.spec.soft ?? [],
    over: overOf(resource.spec),
    unit: resource.spec.unit ?? "Requests",
    cost: {
      ...{ request, most },
      requestHeader: requestHeader?.toLowerCase(),
      responseHeader: responseHeader?.toLowerCase(),
    },
    routes: undefined,
    refunds: [],
    reserves: [],
    whenUncoordinated: resource.spec.whenUncoordinated ?? (resource.spec.over === "Notify" ? "Allow" : "Deny"),
    sendsStandardHeaders: headers === "Standard" || headers === "Both",
    sendsXHeaders: headers === "XRateLimit" || headers === "Both",
    refusedStatus: onLimit.status ?? REFUSAL_STATUS,
    refusedBody: onLimit.body ?? "",
    refusedHeaders: Object.entries(onLimit.headers ?? {}),
  };
}

function limitOf({ amount, period, carryOver, over, unit, cost, whenUncoordinated = "Deny" }: QuotaSpec): Limit {
  const { calendar, timeZone = "UTC", rolling } = period;
  const isOpen = over === "Notify";
  const isGranted = !isOpen && whenUncoordinated === "Deny" && unit !== "Bytes" && cost?.responseHeader === undefined;
  const ledger = (of: Period) => ({ period: of, isOpen, isGranted });
  if (calendar !== undefined)
    return {
      amount,
      perMs: LONGEST_MS[calendar],
      ledger: ledger({ kind: "calendar", calendar, timeZone, carryPercent: carryOver ?? 0 }),
    };
  if (rolling !== undefined)
    return { amount, perMs: parseDurationMs(rolling) ?? 0, ledger: ledger({ kind: "rolling" }) };
  return { amount, perMs: EVER_MS, ledger: ledger({ kind: "once" }) };
}

function overOf({ over = "Deny", throttle }: QuotaSpec): LimitingRule["over"] {
  if (over !== "Throttle") return over;
  return { throttle: { amount: throttle?.amount ?? 1, perMs: parseDurationMs(throttle?.per ?? "") ?? 1 } };
}
