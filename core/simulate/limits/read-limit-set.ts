import { fromBinary } from "@bufbuild/protobuf";
import type { CountingRule } from "#core/rate-limit/counting-rule.ts";
import { REFUSAL_STATUS } from "#core/refusal-status.ts";
import type { Condition } from "#core/simulate/condition.ts";
import { type PreparedKey, prepareKey } from "#core/simulate/limits/prepare-key.ts";
import { readRbacMatch } from "#core/simulate/read/rbac.ts";
import type { RBAC } from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import {
  type LimitRule,
  LimitRule_Alone,
  LimitRule_Missing,
  LimitRule_Unit,
  LimitSetSchema,
  type Quota,
} from "#proto/gen/pharos/limits/v1/limits_pb.js";

/** A rule as it is held against requests. */
export interface PreparedLimit extends CountingRule<Condition> {
  readonly key: readonly PreparedKey[];
  /** Whose X-Forwarded-For says who the client is. */
  readonly trustsForwardedFor: "everybody" | ReadonlySet<string>;
}

const MISSING = {
  [LimitRule_Missing.SHARE]: "Share",
  [LimitRule_Missing.SKIP]: "Skip",
  [LimitRule_Missing.DENY]: "Deny",
} as const;
const ALONE = {
  [LimitRule_Alone.SHARE]: "Share",
  [LimitRule_Alone.ALLOW]: "Allow",
  [LimitRule_Alone.DENY]: "Deny",
} as const;

const UNITS = {
  [LimitRule_Unit.REQUESTS]: "Requests",
  [LimitRule_Unit.BYTES]: "Bytes",
  [LimitRule_Unit.CONCURRENT]: "Concurrent",
} as const;

/** What a `pharos.limits.v1.LimitSet` says. Throws where the bytes are none. */
export function readLimitSet(bytes: Uint8Array): readonly PreparedLimit[] {
  const { rules, trustsEverybody, trustedPeers } = fromBinary(LimitSetSchema, bytes);
  const trusted = trustsEverybody ? "everybody" : new Set(trustedPeers);
  return rules.map((rule) => prepare(rule, trusted));
}

function prepare(rule: LimitRule, trustsForwardedFor: PreparedLimit["trustsForwardedFor"]): PreparedLimit {
  const { amount, perMs, burst, cost, quota } = rule;
  return {
    policy: rule.policy,
    name: rule.name,
    index: rule.index,
    place: rule.place || "spec",
    isShadow: rule.isShadow,
    enforcePercent: rule.enforcePercent,
    isPerInstance: rule.isPerInstance,
    match: conditionOf(rule.match),
    exempt: conditionOf(rule.exempt),
    within: conditionOf(rule.within),
    without: conditionOf(rule.without),
    key: rule.key.map(({ attribute, prefixLength, templates, ranges, regex }) =>
      prepareKey({ attribute, prefixLength, templates, ranges, regex: regex || undefined }),
    ),
    missing: MISSING[rule.missing],
    keysMax: rule.keysMax,
    limit: {
      ...{ amount, perMs },
      ...(burst === 0 ? {} : { burst }),
      ...(quota === undefined ? {} : { ledger: { isOpen: quota.isOpen } }),
      ...(rule.unit === LimitRule_Unit.CONCURRENT ? { isPlaces: true } : {}),
    },
    period: quota?.period,
    over: overOf(quota),
    cost: {
      request: cost?.request ?? 1,
      requestHeader: cost?.requestHeader || undefined,
      responseHeader: cost?.responseHeader || undefined,
      most: cost?.most ?? 1,
    },
    unit: UNITS[rule.unit],
    refunds: rule.refunds.map(({ from, to }) => ({ from, to })),
    reserves: rule.reserves.map(({ name, percent, match }) => ({ name, percent, match: conditionOf(match) })),
    whenUncoordinated: ALONE[rule.whenAlone],
    sendsStandardHeaders: rule.sendsStandardHeaders,
    sendsXHeaders: rule.sendsXHeaders,
    refusedStatus: rule.refusedStatus || REFUSAL_STATUS,
    refusedBody: rule.refusedBody,
    refusedHeaders: Object.entries(rule.refusedHeaders),
    trustsForwardedFor,
  };
}

function overOf(quota: Quota | undefined): PreparedLimit["over"] {
  const { isOpen = false, throttle } = quota ?? {};
  if (throttle !== undefined) return { throttle: { amount: throttle.amount, perMs: throttle.perMs } };
  return isOpen ? "Notify" : "Deny";
}

function conditionOf(match: RBAC | undefined): Condition | undefined {
  return match === undefined ? undefined : readRbacMatch(match);
}
