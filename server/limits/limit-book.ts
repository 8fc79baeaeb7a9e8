import type { Limit } from "#core/rate-limit/limit.ts";
import { reserveShare } from "#core/rate-limit/reserve-share.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { standsOver } from "#core/resolve/policies.ts";
import { type PolicyScope, policyScope } from "#core/resolve/policy-scope.ts";
import { type LimitingRule, readLimits } from "#core/resolve/rate-limits.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";
import { parseLimitKey } from "#node/limit-key.ts";

interface KnownRule {
  readonly resource: Resource<"RateLimit">;
  readonly rule: LimitingRule;
}

/** What RateLimits say of keys, read off the configuration as it stands: made anew for each of its versions. */
export class LimitBook {
  readonly #snapshot: Snapshot;
  readonly #scope: PolicyScope;
  /** By `policy|rule`. */
  readonly #rules = new Map<string, KnownRule>();
  readonly #members = new Map<string, number>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#scope = policyScope(snapshot.mesh, snapshot.resources);
    // Of what each proxy has for itself nobody asks.
    for (const resource of ofKind(snapshot.resources, "RateLimit"))
      for (const rule of readLimits([resource]))
        if (!rule.isPerInstance) this.#rules.set(`${rule.policy}|${rule.name}`, { resource, rule });
  }

  /** `policy|rule` of all of which one budget is kept. */
  get rules(): readonly string[] {
    return [...this.#rules.keys()];
  }

  keysMax(rule: string): number | undefined {
    return this.#rules.get(rule)?.rule.keysMax;
  }

  /** The limit of a key's bucket; undefined where no rule has it. */
  limitOf(key: string): Limit | undefined {
    const parsed = parseLimitKey(key);
    if (parsed === undefined) return undefined;
    const known = this.#rules.get(`${parsed.policy}|${parsed.rule}`)?.rule;
    if (known === undefined) return undefined;
    return reserveShare(known.limit, known.reserves, undefined).find(({ reserve = "" }) => reserve === parsed.reserve)
      ?.limit;
  }

  /** Whether a rule stands over an instance: it may draw for it, and for no other. */
  reaches(rule: string, instance: Pick<WorkloadInstance, "namespace" | "labels">): boolean {
    const known = this.#rules.get(rule);
    return known !== undefined && standsOver(known.resource, instance, this.#scope);
  }

  /** Instances that share the limit of a rule. */
  members(rule: string): number {
    const known = this.#members.get(rule);
    if (known !== undefined) return known;
    const members = this.#snapshot.instances.filter((each) => this.reaches(rule, each)).length;
    this.#members.set(rule, members);
    return members;
  }
}
