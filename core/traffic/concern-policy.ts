import { isDryRun } from "#core/kinds/authorization-policy/dry-run.ts";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { standsOver } from "#core/resolve/policies.ts";
import { policyScope } from "#core/resolve/policy-scope.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import {
  type ChangeOf,
  CONCERNED,
  type Concern,
  type ConcernContext,
  type Concerning,
  NOT_CONCERNED,
} from "#core/traffic/concern.ts";
import { type Match, matchRule, type RequestFacts } from "#core/traffic/match-rule.ts";
import { groupOf, groupOfSample, principalOf } from "#core/traffic/sample-group.ts";

type Policy = Resource<"AuthorizationPolicy">;

/**
 * Requests to the workloads that a policy selects which its changed rules match; all of these requests where the first
 * ALLOW comes or the last one goes, for with one all others are refused.
 */
export function concernByPolicy(change: ChangeOf<"AuthorizationPolicy">, input: ConcernContext): Concerning {
  const [before, after] = [change.before, change.after].map(enforced);
  const { mesh } = input;
  const scope = policyScope(mesh, input.resources);
  const samples = Map.groupBy(input.samples, groupOfSample);
  return {
    basis: "requests that its rules allow or deny",
    of: (traffic) => {
      // A connection that mTLS ended came before no policy.
      if (traffic.isRefused) return NOT_CONCERNED;
      const called = input.called.instances(traffic);
      const selects = (policy: Policy) => called.some((each) => standsOver(policy, each, scope));
      const ruling = [before, after].filter((policy) => policy !== undefined).filter(selects);
      if (ruling.length === 0) return NOT_CONCERNED;
      if (turnsAround(before, after, called, input)) return CONCERNED;
      const rules = ruling.flatMap((policy) =>
        changedRules(
          policy,
          ruling.find((other) => other !== policy),
        ).map((rule) => ({ rule, policy })),
      );
      const match = (facts: RequestFacts): Match =>
        rules.reduce<Match>((best, { rule, policy: { metadata, spec } }) => {
          if (best === "yes") return best;
          const home = {
            namespace: metadata.namespace,
            action: spec.action ?? "ALLOW",
            trustDomains: input.trustDomains,
          };
          const own = matchRule(rule, facts, home);
          return own === "no" ? best : own;
        }, "no");
      return weigh(
        match,
        {
          principal: principalOf(traffic),
          ports: input.called.ports(traffic),
          isHttp: traffic.key.protocol !== "tcp",
        },
        samples.get(groupOf(traffic)) ?? [],
      );
    },
  };
}

/** A policy that is only tried is as if it were not there. */
function enforced(policy: Policy | undefined): Policy | undefined {
  return policy === undefined || isDryRun(policy) ? undefined : policy;
}

/** A row says nothing of methods, paths and hosts: there its samples tell which part of it is meant. */
function weigh(match: (facts: RequestFacts) => Match, facts: RequestFacts, samples: readonly RequestRecord[]): Concern {
  const ofAll = match(facts);
  if (ofAll !== "maybe") return ofAll === "yes" ? CONCERNED : NOT_CONCERNED;
  const matches = samples.map(({ method, path, authority }) => match({ ...facts, method, path, host: authority }));
  if (matches.length === 0) return { share: 1, isUpperBound: true };
  const most = matches.filter((each) => each !== "no").length;
  return { share: most / matches.length, isUpperBound: matches.includes("maybe") };
}

/** Rules that the other does not have; all of them where the policies say something else with them. */
function changedRules({ spec }: Policy, other: Policy | undefined): readonly AuthorizationRule[] {
  const rules = spec.rules ?? [];
  if (other === undefined || (other.spec.action ?? "ALLOW") !== (spec.action ?? "ALLOW")) return rules;
  const kept = new Set((other.spec.rules ?? []).map((rule) => JSON.stringify(rule)));
  return rules.filter((rule) => !kept.has(JSON.stringify(rule)));
}

/** Whether a workload gets its first ALLOW or loses its last one. */
function turnsAround(
  before: Policy | undefined,
  after: Policy | undefined,
  called: readonly WorkloadInstance[],
  { resources, mesh }: ConcernContext,
): boolean {
  const isAllow = (policy: Policy | undefined): policy is Policy =>
    policy !== undefined && (policy.spec.action ?? "ALLOW") === "ALLOW";
  const allPolicies = ofKind(resources, "AuthorizationPolicy").filter((each) => !isDryRun(each));
  return called.some((instance) => {
    const stands = (policy: Policy | undefined) =>
      isAllow(policy) && standsOver(policy, instance, policyScope(mesh, resources));
    if (stands(before) === stands(after)) return false;
    const own = after ?? before;
    return !allPolicies.some(
      (each) =>
        !(each.metadata.name === own?.metadata.name && each.metadata.namespace === own.metadata.namespace) &&
        stands(each),
    );
  });
}
