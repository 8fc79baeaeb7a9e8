import type { TrafficSettings as Group, TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Source } from "#core/model/source.ts";
import type { ResolvedRule } from "#core/resolve/destination-rule.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { TrafficSettings } from "#core/resolve/traffic-settings.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

const GROUPS = ["loadBalancer", "connectionPool", "outlierDetection", "tls"] as const;
export type TrafficGroup = (typeof GROUPS)[number];

/** A port's own settings stand alone: what they leave out is not taken from the settings around them, as in Istio. */
function ofPort(policy: TrafficPolicy | undefined, port: number): Group | undefined {
  return policy?.portLevelSettings?.find((each) => each.port?.number === port);
}

/**
 * mTLS by itself is not for ports that leave out TLS where the settings around them have another: Istio asks those whether an
 * endpoint may be spoken mTLS to, and what remains is plain text.
 */
function withPlainText(settings: Group, around: readonly (TrafficPolicy | undefined)[], port: number): Group {
  if (settings.tls !== undefined) return settings;
  const tls = around.map((policy) => ofPort(policy, port)?.tls ?? policy?.tls).find((each) => each !== undefined);
  return tls === undefined || tls.mode === "ISTIO_MUTUAL" ? settings : { ...settings, tls: { mode: "DISABLE" } };
}

/** What is not said of ports; where a port has settings of its own, those around it say nothing of it (Istio's `MergeSubsetTrafficPolicy`). */
function aroundPorts(
  own: TrafficPolicy | undefined,
  general: TrafficPolicy | undefined,
  port: number,
): Pick<TrafficSettings, "proxyProtocol" | "retryBudget" | "tunnel"> {
  const saying = [own, general].filter((policy) => ofPort(policy, port) === undefined);
  const proxyProtocol = saying.find((policy) => policy?.proxyProtocol !== undefined)?.proxyProtocol;
  const retryBudget = saying.find((policy) => policy?.retryBudget !== undefined)?.retryBudget;
  return {
    ...(proxyProtocol === undefined ? {} : { proxyProtocol }),
    ...(retryBudget === undefined ? {} : { retryBudget }),
  };
}

/** What a DestinationRule, or else the mesh, asks of one port of one subset; a subset's settings win over the rule's, one group at a time. */
export function resolveTrafficPolicy(
  rule: ResolvedRule | undefined,
  subset: string,
  port: number,
  mesh: ProxySettings["traffic"] = {},
): TrafficSettings {
  const own = rule?.subsets.find(({ name }) => name === subset)?.trafficPolicy;
  const general = ofPort(rule?.trafficPolicy, port) ?? rule?.trafficPolicy;
  const merged = withPlainText(ofPort(own, port) ?? { ...general, ...own }, [own, rule?.trafficPolicy], port);
  // A subset tunnels by itself, and ports as all of it does (Istio's `tunnelingconfig.Apply`).
  const tunnel = (subset === "" ? rule?.trafficPolicy : own)?.tunnel;
  return {
    // What is said of a subset's port takes the place of the mesh's as it does of the rule's, and so by what it leaves out too.
    ...(ofPort(own, port) === undefined ? mesh : {}),
    ...Object.fromEntries(GROUPS.flatMap((group) => (merged[group] === undefined ? [] : [[group, merged[group]]]))),
    ...aroundPorts(own, rule?.trafficPolicy, port),
    ...(tunnel === undefined ? {} : { tunnel }),
  };
}

/** Calls of one port of one subset of a host. */
export interface TrafficQuestion {
  readonly host: string;
  readonly clientNamespace: string;
  readonly clientLabels: Labels | undefined;
  /** Empty for all of the host. */
  readonly subset: string;
  readonly port: number;
}

/** The same by the name of the host, for clients in a namespace. What rules say of a service that these do not see is not for them. */
export function resolveTrafficTo(
  reader: Pick<MeshReader, "service" | "destinationRule" | "settings">,
  { host, clientNamespace, clientLabels, subset, port }: TrafficQuestion,
): TrafficSettings {
  const service = reader.service(host, clientNamespace);
  const rule =
    service === undefined ? undefined : reader.destinationRule(host, clientNamespace, service.namespace, clientLabels);
  return resolveTrafficPolicy(rule, subset, port, reader.settings().traffic);
}

/** Where a group of what `resolveTrafficPolicy` answers is written; undefined where nobody writes it. */
export function sourceOfTraffic(
  rule: ResolvedRule,
  subset: string,
  port: number,
  group: TrafficGroup,
): Source | undefined {
  const own = rule.subsets.find(({ name }) => name === subset);
  const ofSubset = rule.rules.find(({ spec }) => own !== undefined && spec.subsets?.includes(own) === true);
  const general = rule.rules.find(({ spec }) => spec.trafficPolicy !== undefined);
  const at = own === undefined ? -1 : (ofSubset?.spec.subsets ?? []).indexOf(own);
  const places: readonly {
    readonly of: typeof general;
    readonly policy: TrafficPolicy | undefined;
    readonly path: Path;
  }[] = [
    { of: ofSubset, policy: own?.trafficPolicy, path: ["spec", "subsets", at, "trafficPolicy"] },
    { of: general, policy: rule.trafficPolicy, path: ["spec", "trafficPolicy"] },
  ];
  let isOfPort = false;
  for (const { of, policy, path } of places) {
    if (of === undefined) continue;
    const ref = formatRef(refOf(of));
    const settings = policy?.portLevelSettings ?? [];
    const index = settings.findIndex((each) => each.port?.number === port);
    if (settings[index]?.[group] !== undefined) return { ref, path: [...path, "portLevelSettings", index, group] };
    isOfPort ||= index >= 0;
    if (isOfPort && group !== "tls") return undefined;
    // The TLS around a port that leaves it out: see `withPlainText`.
    if (policy?.[group] !== undefined)
      return isOfPort && policy.tls?.mode === "ISTIO_MUTUAL" ? undefined : { ref, path: [...path, group] };
  }
  return undefined;
}
