import type { Limit } from "#core/rate-limit/limit.ts";
import { possibleValues } from "#core/rate-limit/possible-values.ts";
import { bucketsOf, reserveShare } from "#core/rate-limit/reserve-share.ts";
import { THROTTLE_BUCKET } from "#core/rate-limit/rule-name.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { limitsOf } from "#core/resolve/inline-limits.ts";
import { applyPlans } from "#core/resolve/plans.ts";
import { standsOver } from "#core/resolve/policies.ts";
import { type PolicyScope, policyScope } from "#core/resolve/policy-scope.ts";
import { readQuotas } from "#core/resolve/quotas.ts";
import { type LimitingRule, readLimits } from "#core/resolve/rate-limits.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";
import { sortByAge } from "#core/resource/sort-by-age.ts";
import { parseLimitKey } from "#node/limit-key.ts";

/** As limit-key.ts shortens them. */
const VALUES_MAX = 200;

export interface KnownRule {
  readonly resource: Resource<"RateLimit"> | Resource<"Quota">;
  readonly rule: LimitingRule;
}

/** All instances of one service account: each may speak for the others. */
export const partyOf = ({
  namespace,
  serviceAccount,
}: Pick<WorkloadInstance, "namespace" | "serviceAccount">): string => `${namespace}/${serviceAccount}`;

/** How old a count of members may be: instances come and go, and are looked through for each rule. */
const MEMBERS_MS = 1000;

/** What RateLimits and Quotas say of keys, read off the configuration as it stands. */
export class LimitBook {
  #snapshot: Snapshot;
  #scope: PolicyScope | undefined;
  /** By `policy|rule`. */
  readonly #rules = new Map<string, KnownRule>();
  readonly #members = new Map<string, { readonly count: number; readonly parties: number; readonly atMs: number }>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#read();
  }

  /** Goes on with another snapshot: rules are read again where resources are others. */
  look(snapshot: Snapshot): void {
    const { resources, mesh } = this.#snapshot;
    this.#snapshot = snapshot;
    if (snapshot.resources !== resources || snapshot.mesh !== mesh) this.#read();
  }

  #read(): void {
    const { resources } = this.#snapshot;
    this.#scope = undefined;
    this.#rules.clear();
    this.#members.clear();
    // Of what each proxy has for itself nobody asks.
    const plans = ofKind(sortByAge(resources), "Plan");
    const add = (resource: KnownRule["resource"], rules: readonly LimitingRule[]): void => {
      // Who has a plan the agent says with the rule: here it is known that there is one.
      for (const rule of applyPlans(rules, plans, () => ["*"]))
        if (!rule.isPerInstance) this.#rules.set(`${rule.policy}|${rule.name}`, { resource, rule });
    };
    for (const resource of limitsOf("RateLimit", resources)) add(resource, readLimits([resource]));
    for (const resource of limitsOf("Quota", resources)) add(resource, readQuotas([resource]));
  }

  /** `policy|rule` of all of which one budget is kept. */
  get rules(): readonly string[] {
    return [...this.#rules.keys()];
  }

  /** Buckets at a time: one a key, and one for each set of shares that is reserved of it. */
  bucketsMax(rule: string): number | undefined {
    const known = this.#rules.get(rule)?.rule;
    if (known === undefined) return undefined;
    const perKey = bucketsOf(known.reserves) + (typeof known.over === "string" ? 0 : 1);
    return known.keysMax * perKey;
  }

  /** The limit of a key's bucket; undefined where no rule has it. */
  limitOf(key: string): Limit | undefined {
    const parsed = parseLimitKey(key);
    if (parsed === undefined) return undefined;
    const known = this.#rules.get(`${parsed.policy}|${parsed.rule}`)?.rule;
    if (known === undefined) return undefined;
    if (parsed.values.length > VALUES_MAX || !possibleValues(known, parsed.values)) return undefined;
    if (parsed.reserve === THROTTLE_BUCKET) return typeof known.over === "string" ? undefined : known.over.throttle;
    return reserveShare(known.limit, known.reserves, undefined).find(({ reserve = "" }) => reserve === parsed.reserve)
      ?.limit;
  }

  /** A rule as it is written; undefined where there is none. */
  ruleOf(rule: string): KnownRule | undefined {
    return this.#rules.get(rule);
  }

  /** Whether a rule stands over an instance: it may draw for it, and for no other. */
  reaches(rule: string, instance: Pick<WorkloadInstance, "namespace" | "labels">): boolean {
    const known = this.#rules.get(rule);
    if (known === undefined) return false;
    this.#scope ??= policyScope(this.#snapshot.mesh, this.#snapshot.resources);
    return standsOver(known.resource, instance, this.#scope);
  }

  /** Instances that share the limit of a rule, as of a second ago at most. */
  members(rule: string, nowMs: number): number {
    return this.#membersOf(rule, nowMs).count;
  }

  /** Service accounts of these. */
  parties(rule: string, nowMs: number): number {
    return this.#membersOf(rule, nowMs).parties;
  }

  #membersOf(rule: string, nowMs: number): { readonly count: number; readonly parties: number } {
    const known = this.#members.get(rule);
    if (known !== undefined && nowMs - known.atMs < MEMBERS_MS) return known;
    const members = this.#snapshot.instances.filter((each) => this.reaches(rule, each));
    const counted = { count: members.length, parties: new Set(members.map(partyOf)).size, atMs: nowMs };
    this.#members.set(rule, counted);
    return counted;
  }
}
