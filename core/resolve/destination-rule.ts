import { bySpecificity, expandHost, hostMatches } from "#core/host/host.ts";
import type { Subset } from "#core/kinds/destination-rule/schema.ts";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { comparedByZones, comparedLabels } from "#core/resolve/locality-load.ts";
import { byAge } from "#core/resource/by-age.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
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
  /** Of the client; undefined for whoever bears none that a rule asks for. */
  readonly clientLabels?: Labels | undefined;
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
    .flatMap((settings) => [
      ...comparedLabels(settings?.loadBalancer?.localityLbSetting?.failoverPriority),
      ...comparedByZones(settings?.loadBalancer?.zoneAwareLbSetting),
    ]);
}

/**
 * The client's namespace wins over the service's, that over the root; within one, the most specific host (Istio's
 * `PushContext.destinationRule`). Clients of the root namespace look at what it keeps to itself first, then at the
 * service's namespace: what it exports is for all, and does not hide what a service says of its own. Of the client's namespace a rule
 * for workloads that bear its labels goes before the others, and one for other workloads leaves to this client what else its
 * namespace says of that host, or nothing.
 */
export function resolveDestinationRule(rules: readonly Rule[], question: RuleQuestion): ResolvedRule | undefined {
  const { clientLabels } = question;
  const offered = findOffered(rules, question);
  const chosen = offered.find(
    ({ selector }) => selector !== undefined && clientLabels !== undefined && matchesLabels(clientLabels, selector),
  );
  return (chosen ?? offered.findLast(({ selector }) => selector === undefined))?.rule;
}

/** The same for whoever calls from the client's namespace: what some of its workloads have, and what the others do. */
export function rulesOfAnyClient(rules: readonly Rule[], question: RuleQuestion): readonly ResolvedRule[] {
  return findOffered(rules, question).map(({ rule }) => rule);
}

/** What is for some clients of a namespace, those for labels first. */
interface Offered {
  readonly selector: Labels | undefined;
  readonly rule: ResolvedRule;
}

function findOffered(
  rules: readonly Rule[],
  { host, clientNamespace, serviceNamespace, mesh }: RuleQuestion,
): readonly Offered[] {
  const covering = rules.filter((rule) => hostMatches(ruleHost(rule, mesh.domainSuffix), host));
  const pick = (namespace: string, isOffered: (rule: Rule) => boolean): Offered[] =>
    group(
      covering.filter((rule) => rule.metadata.namespace === namespace && isOffered(rule)),
      mesh.domainSuffix,
    );
  const own = pick(clientNamespace, clientNamespace === mesh.rootNamespace ? isPrivate : isForItself);
  if (own.length > 0) return own;
  for (const namespace of [serviceNamespace, mesh.rootNamespace]) {
    // The most specific host is chosen before it is asked who may see it.
    const found = pick(namespace, (rule) => !isPrivate(rule)).findLast(
      ({
        rule: {
          rules: [first],
        },
      }) => first !== undefined && isOfferedTo(first, clientNamespace),
    );
    if (found !== undefined) return [found];
  }
  return [];
}

/** One for some workloads is for those of its own namespace. */
function scopesOf(rule: Rule): ReadonlySet<string> {
  return new Set(isForAll(rule) ? (rule.spec.exportTo ?? []) : ["."]);
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
 * namespaces, or the younger for more of them (Istio's `mergeDestinationRule`). Those for workloads by their labels come first, and
 * take from the others of the same namespaces what they do not say. Of what comes out for all workloads the last counts.
 */
function group(rules: readonly Rule[], domainSuffix: string): Offered[] {
  const hostOf = (rule: Rule): string => ruleHost(rule, domainSuffix);
  const sorted = [...rules].sort(
    (a, b) => bySpecificity(hostOf(a), hostOf(b)) || Number(isForAll(a)) - Number(isForAll(b)) || byAge(a, b),
  );
  const groups: {
    readonly scopes: ReadonlySet<string>;
    readonly selector: Labels | undefined;
    readonly rules: Rule[];
  }[] = [];
  for (const rule of sorted) {
    if (sorted[0] === undefined || hostOf(rule) !== hostOf(sorted[0])) break;
    const scopes = scopesOf(rule);
    const selector = selectorOf(rule);
    let isApart = true;
    for (const known of groups) {
      const isAdded = addsTo(scopes, known.scopes) && (selector === undefined || isSame(selector, known.selector));
      if (isAdded) known.rules.push(rule);
      // What adds to a rule for some workloads is still for the others.
      isApart = !isAdded || (selector === undefined && known.selector !== undefined);
    }
    if (isApart) groups.push({ scopes, selector, rules: [rule] });
  }
  return groups.map(({ rules: each, selector }) => ({ selector, rule: merge(each) }));
}

/** And not for workloads of its own namespace alone, by their labels. */
export function isForAll(rule: Rule): boolean {
  return selectorOf(rule) === undefined;
}

function selectorOf({ spec: { workloadSelector } }: Rule): Labels | undefined {
  return workloadSelector === undefined ? undefined : (workloadSelector.matchLabels ?? {});
}

function isSame(a: Labels, b: Labels | undefined): boolean {
  return b !== undefined && matchesLabels(a, b) && matchesLabels(b, a);
}

/** Keys of the labels by which a rule chooses among its clients. */
export function clientLabelsOf(rule: Rule): string[] {
  return Object.keys(selectorOf(rule) ?? {});
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
