import { isSameList } from "#core/is-same-list.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { localityMatches, parseLocality, withTopology, zoneOf } from "#core/model/locality.ts";
import type { Port } from "#core/model/port.ts";
import type { Service } from "#core/model/service.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { clientLabelsOf } from "#core/resolve/destination-rule.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import {
  type Caller,
  comparedLabels,
  dependsOnCaller,
  type EndpointGroup,
  groupEndpoints,
  type LocalityRule,
  localityRule,
  wantedLabels,
  weighsLocalities,
} from "#core/resolve/locality-load.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import { resolvePeers } from "#core/resolve/peers.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { resolveTrafficPolicy } from "#core/resolve/traffic-policy.ts";

import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";

/** Endpoints that some callers use alike. */
export interface ExplainedGroup {
  /** 0 first; the next ones as far as those before are not well. */
  readonly priority: number;
  /** Where they are; empty: nobody says. */
  readonly locality: string;
  readonly endpoints: number;
  /** Percent of the requests to its priority, while all of that is well. */
  readonly share: number;
  readonly reason: string;
}

/** Whom requests from one place are sent to. */
export interface ExplainedCallers {
  /** Where callers are, with what of their labels counts: `eu/a tier=gold`; `anywhere` where nobody says. */
  readonly from: readonly string[];
  /** Ports, and subsets of them: `80`, `80 v1`. */
  readonly to: readonly string[];
  readonly groups: readonly ExplainedGroup[];
}

/** More places of callers than people read. */
const CALLERS_MAX = 20;

/** Which endpoints of a service callers prefer by where both are, and why; empty where that makes no difference. */
export function explainLocalities(written: Snapshot, host: string): readonly ExplainedCallers[] {
  const snapshot = withMeshExports(written);
  const reader = createSnapshotReader(snapshot);
  const settings = reader.settings();
  const endpointsOf = endpointsOnce(reader);
  const found = new Map<string, { readonly from: Set<string>; readonly to: Set<string>; groups: ExplainedGroup[] }>();
  for (const instances of groupCallers(snapshot)) {
    const [{ namespace, labels: clientLabels }] = instances;
    const service = reader.service(host, namespace);
    if (service === undefined) continue;
    const rule = reader.destinationRule(host, namespace, service.namespace, clientLabels);
    for (const port of service.ports) {
      for (const { name, labels } of [{ name: "", labels: {} }, ...(rule?.subsets ?? [])]) {
        const order = localityRule(resolveTrafficPolicy(rule, name, port.number, settings.traffic), settings);
        if (order === undefined) continue;
        const chosen = endpointsOf(service, port).filter((endpoint) => matchesLabels(endpoint.labels, labels));
        if (!dependsOnCaller(order, chosen)) continue;
        for (const [from, caller] of callersIn(instances, order, reader)) {
          const groups = explainGroups(chosen, order, caller);
          const key = JSON.stringify(groups);
          const known = found.get(key) ?? { from: new Set(), to: new Set(), groups };
          found.set(key, known);
          known.from.add(from);
          known.to.add(name === "" ? String(port.number) : `${port.number} ${name}`);
        }
      }
    }
  }
  return [...found.values()].map(({ from, to, groups }) => ({ from: [...from].sort(), to: [...to], groups }));
}

/** Those whom the same rules are for. */
function groupCallers({
  instances,
  resources,
}: Snapshot): Iterable<readonly [WorkloadInstance, ...WorkloadInstance[]]> {
  const asked = [...new Set(ofKind(resources, "DestinationRule").flatMap(clientLabelsOf))];
  const groups = new Map<string, [WorkloadInstance, ...WorkloadInstance[]]>();
  for (const instance of instances) {
    const key = JSON.stringify([instance.namespace, ...asked.map((label) => instance.labels[label] ?? null)]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [instance]);
    else known.push(instance);
  }
  return groups.values();
}

/** Who answers on the ports of a service, found once for all namespaces that see the same of it. */
function endpointsOnce(reader: MeshReader): (service: Service, port: Port) => readonly Endpoint[] {
  const known: { readonly service: Service; readonly port: Port; readonly endpoints: readonly Endpoint[] }[] = [];
  return (service, port) => {
    const found = known.find(
      (each) => each.port.number === port.number && isSameList(each.service.declarations, service.declarations),
    );
    if (found !== undefined) return found.endpoints;
    const endpoints = resolveEndpoints(reader, service, port);
    known.push({ service, port, endpoints });
    return endpoints;
  };
}

/** Callers among instances of a namespace that may be told apart, by how they are called. */
function callersIn(
  instances: readonly WorkloadInstance[],
  rule: LocalityRule,
  reader: MeshReader,
): Map<string, Caller> {
  const keys = rule.kind === "distribute" ? [] : comparedLabels(rule.labels);
  const callers = new Map<string, Caller>();
  for (const instance of instances) {
    if (callers.size >= CALLERS_MAX) break;
    const { namespace, locality, labels } = instance;
    const peers = rule.kind === "zones" ? resolvePeers(reader, namespace, labels) : [];
    const said = keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]] as const]));
    const beside = peers.map(([zone, count]) => `${count} in ${zone}`);
    const name = [
      locality || "anywhere",
      ...said.map(([key, value]) => `${key}=${value}`),
      ...(beside.length === 0 ? [] : [`of ${beside.join(", ")}`]),
    ].join(" ");
    callers.set(name, { locality, labels: Object.fromEntries(said), peers });
  }
  return callers;
}

function explainGroups(endpoints: readonly Endpoint[], rule: LocalityRule, caller: Caller): ExplainedGroup[] {
  const groups = groupEndpoints(endpoints, rule, caller);
  const isWeighed = weighsLocalities(rule);
  const sizeOf = ({ weight, endpoints: own }: EndpointGroup): number =>
    isWeighed ? weight : own.reduce((sum, each) => sum + Math.max(1, each.weight), 0);
  const explained = groups.map((group): ExplainedGroup => {
    const beside = groups.filter(({ priority }) => priority === group.priority);
    const total = beside.reduce((sum, each) => sum + sizeOf(each), 0);
    return {
      priority: group.priority,
      locality: group.locality,
      endpoints: group.endpoints.length,
      share: Math.round((sizeOf(group) / total) * 1000) / 10,
      reason: reasonOf(group, rule, caller),
    };
  });
  return explained.sort((a, b) => a.priority - b.priority);
}

function reasonOf({ locality, endpoints: [first] }: EndpointGroup, rule: LocalityRule, caller: Caller): string {
  if (rule.kind === "distribute") return shareReason(locality, rule, caller.locality);
  if (rule.kind === "zones")
    return zoneOf(locality) === zoneOf(caller.locality)
      ? "the caller's zone, as far as it is large enough for all who call from there"
      : "another zone, by what it has to spare";
  if (rule.labels.length === 0) return distanceReason(locality, rule, caller.locality);
  const wanted = wantedLabels(rule.labels, withTopology(caller.labels, caller.locality));
  const other = wanted.find(([key, value]) => (first?.labels[key] ?? "") !== value);
  const alike = other === undefined ? "all labels of failoverPriority are alike" : `${other[0]} is another`;
  return rule.failover.length === 0 ? alike : `${alike}; ${distanceReason(locality, rule, caller.locality)}`;
}

function shareReason(locality: string, rule: LocalityRule & { readonly kind: "distribute" }, from: string): string {
  const own = rule.distribute.find((each) => localityMatches(each.from ?? "", from));
  if (own === undefined) return "distribute says nothing of callers there: by the weights of endpoints";
  const to = Object.entries(own.to ?? {}).find(([pattern]) => localityMatches(pattern, locality));
  return `distribute from ${own.from ?? ""}: ${to?.[1] ?? 0} % to ${to?.[0] ?? ""}`;
}

function distanceReason(to: string, rule: LocalityRule & { readonly kind: "failover" }, from: string): string {
  const [caller, called] = [parseLocality(from), parseLocality(to)];
  if (from === "" && to === "") return "nobody says where either is";
  if (caller.region === called.region)
    return caller.zone !== called.zone
      ? "the caller's region, another zone"
      : caller.subzone !== called.subzone
        ? "the caller's zone, another subzone"
        : "where the caller is";
  const named = rule.failover.find((each) => (each.from ?? "") === caller.region);
  if (named === undefined) return "another region";
  return named.to === called.region
    ? `the region that failover names for ${caller.region}`
    : "another region, not named";
}
