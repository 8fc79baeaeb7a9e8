import { bySpecificity, expandHost, hostMatches } from "#core/host/host.ts";
import type { Subset } from "#core/kinds/destination-rule/schema.ts";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { comparedLabels } from "#core/resolve/locality-load.ts";
import { byAge } from "#core/resource/by-age.ts";
import type { Resource } from "#core/resource/resource.ts";

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

/** Keys of the labels by which a rule compares endpoints with their callers. */
export function comparedBy({ spec }: Rule): string[] {
  const policies = [spec.trafficPolicy, ...(spec.subsets ?? []).map(({ trafficPolicy }) => trafficPolicy)];
  return policies
    .flatMap((policy) => [policy, ...(policy?.portLevelSettings ?? [])])
    .flatMap((settings) => comparedLabels(settings?.loadBalancer?.localityLbSetting?.failoverPriority));
}

/**
 * The client's namespace wins over the service's, that over the root; within one, the most specific host (Istio's
 * `PushContext.destinationRule`). Clients of the root namespace look at what it keeps to itself first, then at the
 * service's namespace: what it exports is for all, and does not hide what a service says of its own.
 */
export function resolveDestinationRule(
  rules: readonly Rule[],
  { host, clientNamespace, serviceNamespace, mesh }: RuleQuestion,
): ResolvedRule | undefined {
  const covering = rules.filter((rule) => hostMatches(ruleHost(rule, mesh.domainSuffix), host));
  const pick = (namespace: string, isOffered: (rule: Rule) => boolean): ResolvedRule[] =>
    group(
      covering.filter((rule) => rule.metadata.namespace === namespace && isOffered(rule)),
      mesh.domainSuffix,
    );
  const own = pick(clientNamespace, clientNamespace === mesh.rootNamespace ? isPrivate : isForItself).at(-1);
  if (own !== undefined) return own;
  for (const namespace of [serviceNamespace, mesh.rootNamespace]) {
    // The most specific host is chosen before it is asked who may see it.
    const found = pick(namespace, (rule) => !isPrivate(rule)).findLast(
      ({ rules: [first] }) => first !== undefined && isOfferedTo(first, clientNamespace),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function scopesOf({ spec }: Rule): ReadonlySet<string> {
  return new Set(spec.exportTo ?? []);
}

/** For nobody but its own namespace. */
function isPrivate(rule: Rule): boolean {
  const scopes = scopesOf(rule);
  return scopes.size === 1 && (scopes.has(".") || scopes.has(rule.metadata.namespace));
}

/** Among others for its own namespace: one that is exported only elsewhere is not. */
function isForItself(rule: Rule): boolean {
  return scopesOf(rule).has(".") || isOfferedTo(rule, rule.metadata.namespace);
}

/** For all, or for a namespace by its name: `.` offers nothing, also where the client's namespace is the root and so its own. */
function isOfferedTo(rule: Rule, clientNamespace: string): boolean {
  const scopes = scopesOf(rule);
  return scopes.size === 0 || scopes.has("*") || scopes.has(clientNamespace);
}

/**
 * Rules of one namespace for the most specific of their hosts, put together in order of age where they are for the same
 * namespaces, or the younger for more of them (Istio's `mergeDestinationRule`). Of what comes out the last counts.
 */
function group(rules: readonly Rule[], domainSuffix: string): ResolvedRule[] {
  const hostOf = (rule: Rule): string => ruleHost(rule, domainSuffix);
  const sorted = [...rules].sort((a, b) => bySpecificity(hostOf(a), hostOf(b)) || byAge(a, b));
  const groups: { readonly scopes: ReadonlySet<string>; readonly rules: Rule[] }[] = [];
  for (const rule of sorted) {
    if (sorted[0] === undefined || hostOf(rule) !== hostOf(sorted[0])) break;
    const scopes = scopesOf(rule);
    let isApart = true;
    for (const known of groups) {
      isApart = !addsTo(scopes, known.scopes);
      if (!isApart) known.rules.push(rule);
    }
    if (isApart) groups.push({ scopes, rules: [rule] });
  }
  return groups.map(({ rules: each }) => merge(each));
}

function addsTo(scopes: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  const isSuperset = [...known].every((scope) => scopes.has(scope));
  return known.size > 0 ? isSuperset : scopes.size === 0;
}

function merge(rules: readonly Rule[]): ResolvedRule {
  const subsets = new Map<string, Subset>();
  for (const { spec } of rules)
    for (const subset of spec.subsets ?? []) if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
  const deciding = rules.find(({ spec }) => spec.trafficPolicy !== undefined);
  return { rules, trafficPolicy: deciding?.spec.trafficPolicy, subsets: [...subsets.values()] };
}
