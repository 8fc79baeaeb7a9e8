import { bySpecificity, expandHost, hostMatches } from "#core/host/host.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { Subset } from "#core/resource/spec/destination-rule.ts";
import type { TrafficPolicy } from "#core/resource/spec/traffic-policy.ts";

type Rule = Resource<"DestinationRule">;

/** What the rules for a host come to. */
export interface ResolvedRule {
  /** Those that have a part in it, the deciding one first. */
  readonly rules: readonly Rule[];
  readonly trafficPolicy: TrafficPolicy | undefined;
  readonly subsets: readonly Subset[];
}

export interface RuleQuestion {
  readonly host: string;
  readonly clientNamespace: string;
  readonly serviceNamespace: string;
  readonly mesh: Pick<MeshSettings, "rootNamespace" | "domainSuffix">;
}

export function ruleHost({ spec, metadata }: Rule, domainSuffix: string): string {
  return expandHost(spec.host, metadata.namespace, domainSuffix);
}

/**
 * The client's namespace wins over the service's, that over the root; within one, the most specific host. Rules of one
 * namespace for one host and the same namespaces add up: the oldest traffic policy holds, and of subsets with one name
 * the oldest (Istio's `mergeDestinationRule`).
 */
export function resolveDestinationRule(
  rules: readonly Rule[],
  { host, clientNamespace, serviceNamespace, mesh }: RuleQuestion,
): ResolvedRule | undefined {
  const hostOf = (rule: Rule): string => ruleHost(rule, mesh.domainSuffix);
  for (const namespace of [clientNamespace, serviceNamespace, mesh.rootNamespace]) {
    const own = rules
      .filter(
        (rule) =>
          rule.metadata.namespace === namespace &&
          hostMatches(hostOf(rule), host) &&
          // To whom it is exported besides is of no account to its own namespace.
          (namespace === clientNamespace || isVisible(rule.spec.exportTo, namespace, clientNamespace)),
      )
      .sort((a, b) => bySpecificity(hostOf(a), hostOf(b)) || byAge(a, b));
    const [first] = own;
    if (first === undefined) continue;
    return merge(own.filter((rule) => hostOf(rule) === hostOf(first) && scopeOf(rule) === scopeOf(first)));
  }
  return undefined;
}

function scopeOf({ spec }: Rule): string {
  return [...(spec.exportTo ?? [])].sort().join();
}

function merge(rules: readonly Rule[]): ResolvedRule {
  const subsets = new Map<string, Subset>();
  for (const { spec } of rules)
    for (const subset of spec.subsets ?? []) if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
  const deciding = rules.find(({ spec }) => spec.trafficPolicy !== undefined);
  return { rules, trafficPolicy: deciding?.spec.trafficPolicy, subsets: [...subsets.values()] };
}
