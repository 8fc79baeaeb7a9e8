import { parseDurationMs } from "#core/duration.ts";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import { usesHttp } from "#core/kinds/authorization-policy/uses-http.ts";
import type { RateLimitBucket, RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";
import type { CountingRule, KeyPart, StatusRange } from "#core/rate-limit/counting-rule.ts";
import { type Limit, PLACE_MS } from "#core/rate-limit/limit.ts";
import { REFUSAL_STATUS } from "#core/refusal-status.ts";
import type { GuardingRule } from "#core/resolve/guarding-policy.ts";
import { placeIn, writtenIn } from "#core/resolve/inline-limits.ts";
import type { NamedRoutes } from "#core/resolve/policy-scope.ts";
import type { Resource } from "#core/resource/resource.ts";

/** A rule of a RateLimit, or a Quota, as whoever limits a workload reads it: requests that any of `match` take are counted. */
export interface LimitingRule extends CountingRule<readonly GuardingRule[]> {
  /** Where it is written: `RateLimit/namespace/name`, or of a Quota or Plan. */
  readonly ref: string;
  readonly namespace: string;
  /** Percents of the amount that are told of when they are used. */
  readonly soft: readonly number[];
  /** Requests that come by one of these are counted, at whom they were read for; undefined: all. */
  readonly routes: readonly NamedRoutes[] | undefined;
}

export const KEYS_MAX = 100_000;

/** Those of RateLimits that are not off, in their order. */
export function readLimits(limits: readonly Resource<"RateLimit">[]): readonly LimitingRule[] {
  return limits.filter(({ spec }) => spec.mode !== "Off").flatMap(rulesOf);
}

function rulesOf(resource: Resource<"RateLimit">): LimitingRule[] {
  const { namespace, name } = resource.metadata;
  const {
    mode,
    enforcePercent = 100,
    scope,
    whenUncoordinated = "Share",
    headers = "Standard",
    rules,
  }: RateLimitSpec = resource.spec;
  return rules.map(
    ({ name: rule, match, exempt, bucket = {}, limit, cost = {}, refund, reserve = [], onLimit = {} }, index) => {
      const { request = 1, requestHeader, responseHeader, most = request } = cost;
      return {
        ref: writtenIn(resource),
        namespace,
        policy: `${namespace}/${name}`,
        name: rule,
        index,
        place: placeIn(resource),
        isShadow: mode === "Shadow",
        enforcePercent,
        isPerInstance: scope === "Instance",
        match: guarding(match),
        exempt: guarding(exempt),
        within: undefined,
        without: undefined,
        key: keyOf(bucket),
        missing: bucket.missing ?? "Share",
        keysMax: bucket.keysMax ?? KEYS_MAX,
        limit: limitOf(limit),
        unit: limit.unit ?? "Requests",
        cost: {
          ...{ request, most },
          requestHeader: requestHeader?.toLowerCase(),
          responseHeader: responseHeader?.toLowerCase(),
        },
        routes: undefined,
        refunds: (refund?.statuses ?? []).map(rangeOf),
        period: undefined,
        soft: [],
        over: "Deny",
        reserves: reserve.map(({ name: part, share, match: of }) => ({
          name: part,
          percent: share,
          match: guarding(of),
        })),
        whenUncoordinated,
        sendsStandardHeaders: headers === "Standard" || headers === "Both",
        sendsXHeaders: headers === "XRateLimit" || headers === "Both",
        refusedStatus: onLimit.status ?? REFUSAL_STATUS,
        refusedBody: onLimit.body ?? "",
        refusedHeaders: Object.entries(onLimit.headers ?? {}),
      };
    },
  );
}

export function keyOf({ key = [] }: RateLimitBucket): readonly KeyPart[] {
  return key.map(({ attribute, prefixLength, templates = [], ranges = [], regex }) => ({
    ...{ attribute, prefixLength, templates, ranges, regex },
  }));
}

function limitOf({ amount, per, burst, unit }: RateLimitSpec["rules"][number]["limit"]): Limit {
  if (unit === "Concurrent") return { amount, perMs: PLACE_MS, isPlaces: true };
  const perMs = parseDurationMs(per ?? "") ?? 0;
  return { amount, perMs, ...(burst === undefined ? {} : { burst }) };
}

/** `404`, `5xx`. */
function rangeOf(status: string): StatusRange {
  const least = (digit: string): number => Number(status.replaceAll("x", digit));
  return { from: least("0"), to: least("9") };
}

export function guarding(rules: readonly AuthorizationRule[] | undefined): readonly GuardingRule[] | undefined {
  if (rules === undefined || rules.length === 0) return undefined;
  return rules.map((rule, index) => ({ ...rule, index, usesHttp: usesHttp(rule) }));
}
