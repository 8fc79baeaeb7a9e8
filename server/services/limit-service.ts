import { PharosError } from "#core/errors.ts";
import { isQuotaRule, parseRuleName, planOfRule, ruleOfKey, splitRuleId } from "#core/rate-limit/rule-name.ts";
import type { ConsumerDetail, ConsumerView, LimitRuleView } from "#core/view/limit.ts";
import { parseLimitKey, subjectOf } from "#node/limit-key.ts";
import type { KnownBucket, LeaseDesk } from "#server/limits/lease-desk.ts";
import type { LedgerStore } from "#server/limits/ledger-store.ts";
import type { KnownRule } from "#server/limits/limit-book.ts";
import type { Audited } from "#server/services/audited.ts";
import type { Services } from "#server/services/services.ts";

export interface LimitServiceOptions {
  readonly leases: LeaseDesk;
  readonly ledger: Pick<LedgerStore, "periods" | "changes">;
  readonly audited: Audited;
}

const PERIODS_SHOWN = 100;
const CHANGES_SHOWN = 200;

/** What is used of RateLimits and Quotas, and what people change of ledgers. */
export function createLimitService({ leases, ledger, audited }: LimitServiceOptions): Services["limits"] {
  function find(key: string): ConsumerView {
    const bucket = leases.bucket(key);
    if (bucket === undefined)
      throw new PharosError("not-found", describeMissing(key), {
        hint: "`pharos quota get` lists them",
      });
    return describeConsumer(ruleOfKey(key), bucket);
  }
  return {
    rules: () =>
      leases
        .rules()
        .map(({ id, known, keys, members }) => describeRule(id, known, keys, members))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    consumers: ({ limit, text, most }) =>
      leases
        .buckets(limit, (values) => subjectOf(values).includes(text))
        .map((bucket) => describeConsumer(limit, bucket))
        .sort((a, b) => b.used / b.amount - a.used / a.amount)
        .slice(0, most),
    ofConsumer: (subject) =>
      leases
        .rules()
        .flatMap(({ id }) =>
          leases.buckets(id, (values) => subjectOf(values) === subject).map((bucket) => describeConsumer(id, bucket)),
        ),
    consumer(key): ConsumerDetail {
      const timed = (ms: number): string => new Date(ms).toISOString();
      return {
        ...find(key),
        periods: ledger.periods(key, PERIODS_SHOWN).map(({ startMs, endMs, ...rest }) => ({
          ...{ startsAt: timed(startMs), endsAt: endOf(endMs) },
          ...{ amount: rest.amount, used: rest.used, carried: rest.carried, added: rest.added },
        })),
        changes: ledger.changes(key, CHANGES_SHOWN).map(({ atMs, what, units, used, held, author, reason }) => ({
          ...{ at: timed(atMs), what, units, used, held, author, reason },
        })),
      };
    },
    topUp: ({ key, units, reason }, caller) =>
      audited(
        { action: "quota.topUp", resource: key, caller },
        async () =>
          describeConsumer(
            ruleOfKey(key),
            leases.change(key, { what: "top-up", units, author: caller.principal.name, reason }),
          ),
        () => `${units} units${reason === "" ? "" : `: ${reason}`}`,
      ),
    reset: ({ key, reason }, caller) =>
      audited(
        { action: "quota.reset", resource: key, caller },
        async () =>
          describeConsumer(
            ruleOfKey(key),
            leases.change(key, { what: "reset", author: caller.principal.name, reason }),
          ),
        () => reason,
      ),
  };
}

function describeRule(id: string, { rule }: KnownRule, consumers: number, members: number): LimitRuleView {
  const [namespace = "", name = ""] = rule.policy.split("/");
  const { rule: ruleName } = parseRuleName(rule.name);
  const plan = planOfRule(rule) ?? null;
  const isQuota = isQuotaRule(rule.name);
  return {
    ...{ id, namespace, name, plan, soft: rule.soft, consumers, members },
    kind: isQuota ? "Quota" : "RateLimit",
    rule: isQuota ? "" : ruleName,
    isShadow: rule.isShadow,
    key: rule.key.map(({ attribute, prefixLength }) =>
      prefixLength === undefined ? attribute : `${attribute}/${prefixLength}`,
    ),
    amount: rule.limit.amount,
    unit: rule.unit,
    period: rule.period ?? `${rule.limit.perMs / 1000} s`,
    over: typeof rule.over === "string" ? rule.over : "Throttle",
  };
}

function describeConsumer(limit: string, { key, values, span, ...bucket }: KnownBucket): ConsumerView {
  const { amount, used, held, left, carried, added } = bucket;
  return {
    ...{ key, limit, subject: subjectOf(values), amount, used, held, left, carried, added },
    kind: isQuotaRule(splitRuleId(limit).name) ? "Quota" : "RateLimit",
    startsAt: span === undefined ? null : new Date(span.startMs).toISOString(),
    endsAt: span === undefined ? null : endOf(span.endMs),
  };
}

const endOf = (ms: number): string | null => (ms < 8.64e15 ? new Date(ms).toISOString() : null);

function describeMissing(key: string): string {
  const parsed = parseLimitKey(key);
  if (parsed === undefined) return `${key} is no consumer of a RateLimit or Quota`;
  const { policy, rule, values } = parsed;
  const kind = isQuotaRule(rule) ? "Quota" : "RateLimit";
  return `${kind} ${policy} has no consumer ${subjectOf(values)}, or there is no such ${kind}`;
}
