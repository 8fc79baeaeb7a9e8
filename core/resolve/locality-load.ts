import type { LocalityLb, ZoneAwareLb } from "#core/kinds/destination-rule/locality.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { localityMatches, parseLocality, withTopology } from "#core/model/locality.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import { type Peers, shareZones, ZONES_OF_CALLERS } from "#core/resolve/zone-load.ts";
import type { Labels } from "#core/resource/labels.ts";
import { NETWORK_LABEL } from "#core/schema/topology-labels.ts";

/** Who calls, as far as it matters to whom its requests go. */
export interface Caller {
  /** region/zone/subzone, or less of it; empty where it is not known. */
  readonly locality: string;
  /** At least those that rules compare (`comparedLabels`). */
  readonly labels: Labels;
  /** Those who call beside it, where rules ask for them. */
  readonly peers?: Peers;
}

/** Endpoints that stand together: of one locality and one priority. */
export interface EndpointGroup {
  readonly locality: string;
  /** 0 first, and without a gap. */
  readonly priority: number;
  /** Beside the other groups of its priority, where localities are weighed. */
  readonly weight: number;
  readonly endpoints: readonly Endpoint[];
}

/** What becomes of localities in one cluster. */
export type LocalityRule =
  | { readonly kind: "distribute"; readonly distribute: NonNullable<LocalityLb["distribute"]> }
  | {
      readonly kind: "failover";
      readonly failover: NonNullable<LocalityLb["failover"]>;
      readonly labels: readonly string[];
    }
  | {
      readonly kind: "zones";
      /** With fewer endpoints all share alike. */
      readonly least: number;
      readonly failover: NonNullable<LocalityLb["failover"]>;
      readonly labels: readonly string[];
      /** Endpoints that fail are found out: there is something to fail over from. */
      readonly detects: boolean;
    };

/** Envoy's and Istio's. */
const ENDPOINTS_MIN = 6;

function zoneRule(setting: ZoneAwareLb, detects: boolean): LocalityRule | undefined {
  const {
    enabled = true,
    failover = [],
    failoverPriority: labels = [],
    minClusterSize: least = ENDPOINTS_MIN,
  } = setting;
  return enabled ? { kind: "zones", least, failover, labels, detects } : undefined;
}

/**
 * What holds for a cluster's localities: what its DestinationRule says, as a whole, or what the MeshConfig does, of each that zones share
 * before anything else (Istio's `GetEffectiveLbSetting`). Undefined where it does not matter who is near: it is turned off, or nobody finds out that endpoints
 * fail, so that there is nothing to fail over from.
 */
export function localityRule(
  { loadBalancer, outlierDetection }: TrafficSettings,
  mesh: Pick<ProxySettings, "locality" | "zones">,
): LocalityRule | undefined {
  const own = loadBalancer?.zoneAwareLbSetting;
  const zones = own ?? (loadBalancer?.localityLbSetting === undefined ? mesh.zones : undefined);
  if (zones !== undefined && (own !== undefined || zones.enabled !== false))
    return zoneRule(zones, outlierDetection !== undefined);
  const setting = loadBalancer?.localityLbSetting ?? mesh.locality;
  const { enabled = true, distribute = [], failover = [], failoverPriority = [] } = setting;
  if (!enabled) return undefined;
  if (distribute.length > 0) return { kind: "distribute", distribute };
  return outlierDetection === undefined ? undefined : { kind: "failover", failover, labels: failoverPriority };
}

/** Whether localities of one priority share requests by their weights. Else the load balancer chooses among all of them. */
export function weighsLocalities(rule: LocalityRule | undefined): boolean {
  return (
    rule?.kind === "distribute" ||
    rule?.kind === "zones" ||
    (rule !== undefined && rule.failover.length + rule.labels.length > 0)
  );
}

/** Whether callers that differ in locality or labels may get others. */
export function dependsOnCaller(rule: LocalityRule | undefined, endpoints: readonly Endpoint[]): boolean {
  if (rule === undefined || endpoints.length === 0) return false;
  if (rule.kind === "distribute") return true;
  if (rule.kind === "zones")
    return rule.labels.length > 0 || new Set(endpoints.map(({ locality }) => locality)).size > 1;
  const [first] = endpoints;
  return rule.labels.length > 0 ? endpoints.length > 1 : endpoints.some(({ locality }) => locality !== first?.locality);
}

/** `KEY=VALUE`, or `KEY` alone: then the value is the caller's own. */
function readPriority(text: string): { readonly key: string; readonly value: string | undefined } {
  const [key = "", ...values] = text.split("=");
  return { key, value: values.length === 1 ? values[0] : undefined };
}

/** Keys of the labels that a caller is asked for its own value of. */
export function comparedLabels(failoverPriority: readonly string[] = []): string[] {
  return failoverPriority.map(readPriority).flatMap(({ key, value }) => (value === undefined ? [key] : []));
}

/** The same of zones that share, for which it matters too from where others call. */
export function comparedByZones(setting: ZoneAwareLb | undefined): string[] {
  return setting === undefined || setting.enabled === false
    ? []
    : [ZONES_OF_CALLERS, ...comparedLabels(setting.failoverPriority)];
}

/** What the labels of an endpoint are to be for a caller that has these, the most important first; empty: it has none. */
export function wantedLabels(
  failoverPriority: readonly string[],
  own: Labels,
): (readonly [key: string, value: string])[] {
  return failoverPriority.map(readPriority).map(({ key, value = own[key] ?? "" }) => [key, value]);
}

/** Who gets requests of a caller before whom, and in which shares (Istio's `ApplyLocalityLoadBalancer`). */
export function groupEndpoints(
  endpoints: readonly Endpoint[],
  rule: LocalityRule | undefined,
  caller: Caller,
): readonly EndpointGroup[] {
  const groups = [...Map.groupBy(endpoints, ({ locality }) => locality)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([locality, own]) => group(locality, 0, own));
  if (rule === undefined) return groups;
  if (rule.kind === "distribute") return distribute(groups, rule.distribute, caller.locality);
  if (rule.kind === "zones") return byZones(groups, rule, caller);
  if (rule.labels.length === 0) return byDistance(groups, rule.failover, caller.locality);
  const byLabels = splitByLabels(groups, rule.labels, withTopology(caller.labels, caller.locality));
  return rule.failover.length === 0 ? byLabels : byDistance(byLabels, rule.failover, caller.locality);
}

function group(locality: string, priority: number, endpoints: readonly Endpoint[]): EndpointGroup {
  const weight = endpoints.reduce((sum, each) => sum + Math.max(1, each.weight), 0);
  return { locality, priority, weight, endpoints };
}

/** The first rule for where the caller is counts; where there is none, all share by the weights of their endpoints. */
function distribute(
  groups: readonly EndpointGroup[],
  rules: NonNullable<LocalityLb["distribute"]>,
  from: string,
): readonly EndpointGroup[] {
  const shares = rules.find((each) => localityMatches(each.from ?? "", from))?.to;
  if (shares === undefined) return groups;
  const left = new Set(groups);
  return Object.entries(shares)
    .flatMap(([pattern, share]) => {
      const there = [...left].filter(({ locality }) => localityMatches(pattern, locality));
      const total = there.reduce((sum, { weight }) => sum + weight, 0);
      return there.map((each) => {
        left.delete(each);
        return { ...each, weight: Math.ceil((each.weight * share) / total) };
      });
    })
    .sort((a, b) => (a.locality < b.locality ? -1 : 1));
}

/** Regions in their order, where failures are found out; of the first, zones as they share. */
function byZones(
  groups: readonly EndpointGroup[],
  { failover, labels, least, detects }: LocalityRule & { readonly kind: "zones" },
  { locality, labels: own, peers = [] }: Caller,
): readonly EndpointGroup[] {
  const alike = labels.length === 0 || !detects ? groups : splitByLabels(groups, labels, withTopology(own, locality));
  const ordered = detects
    ? compact(
        alike.map((each) => ({
          ...each,
          priority: each.priority * DISTANCES + Math.max(SAME_REGION, distance(locality, each.locality, failover)),
        })),
      )
    : alike;
  const first = ordered.filter(({ priority }) => priority === 0);
  // Between the first and those behind it is room for zones of the first that take nothing.
  const behind = ordered.flatMap((each) => (each.priority === 0 ? [] : [{ ...each, priority: each.priority + 1 }]));
  return compact([...shareZones(first, peers, locality, least), ...behind]);
}

const SAME_REGION = 2;

/** Same subzone, same zone, same region, the region that is named, any other; beneath the order that there is. */
const DISTANCES = 5;

function byDistance(
  groups: readonly EndpointGroup[],
  failover: NonNullable<LocalityLb["failover"]>,
  from: string,
): readonly EndpointGroup[] {
  return compact(
    groups.map((each) => ({
      ...each,
      priority: each.priority * DISTANCES + distance(from, each.locality, failover),
    })),
  );
}

function distance(from: string, to: string, failover: NonNullable<LocalityLb["failover"]>): number {
  const caller = parseLocality(from);
  const called = parseLocality(to);
  if (caller.region === called.region)
    return caller.zone !== called.zone ? 2 : caller.subzone !== called.subzone ? 1 : 0;
  const named = failover.find((each) => (each.from ?? "") === caller.region);
  return named === undefined || (named.to ?? "") === called.region ? 3 : 4;
}

/**
 * The more of the first labels are alike, the sooner. Where the network is the first of them, whoever is elsewhere comes after all who are
 * here (Istio's `includesNetwork`).
 */
function splitByLabels(
  groups: readonly EndpointGroup[],
  asked: readonly string[],
  own: Labels,
): readonly EndpointGroup[] {
  const wanted = wantedLabels(asked, own);
  const priorityOf = ({ labels }: Endpoint): number => {
    const isDifferent = ([key, value]: (typeof wanted)[number]): boolean => value !== (labels[key] ?? "");
    const isElsewhere = asked[0] === NETWORK_LABEL && wanted.slice(0, 1).some(isDifferent);
    const at = wanted.findIndex((each, index) => isDifferent(each) && !(index === 0 && isElsewhere));
    return (at < 0 ? 0 : asked.length - at) + (isElsewhere ? asked.length : 0);
  };
  return compact(
    groups.flatMap(({ locality, endpoints }) =>
      [...Map.groupBy(endpoints, priorityOf)]
        .sort(([a], [b]) => a - b)
        .map(([priority, alike]) => group(locality, priority, alike)),
    ),
  );
}

/** The same order, from 0 and without a gap, as Envoy asks for it. */
function compact(groups: readonly EndpointGroup[]): readonly EndpointGroup[] {
  const used = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b);
  return groups.map((each) => ({ ...each, priority: used.indexOf(each.priority) }));
}
