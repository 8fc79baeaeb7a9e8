import type { End, Pair } from "#core/graph/merge-reporters.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";
import type { GraphNode, GraphView } from "#core/view/graph.ts";

/** A node before its traffic was added up. */
export type NodeIdentity = Pick<
  GraphNode,
  "id" | "kind" | "namespace" | "name" | "app" | "version" | "workload" | "service"
>;

/** Which service each workload answers for, learnt from the traffic itself. */
export type ServicesOf = ReadonlyMap<string, string>;

export function servicesOf(pairs: readonly Pair[]): ServicesOf {
  const best = new Map<string, { readonly service: string; readonly count: number }>();
  for (const { destination, service, tally } of pairs) {
    if (destination.workload === UNKNOWN || service === UNKNOWN) continue;
    const key = `${destination.namespace}/${destination.workload}`;
    if ((best.get(key)?.count ?? -1) < tally.count) best.set(key, { service, count: tally.count });
  }
  return new Map([...best].map(([key, { service }]) => [key, service]));
}

export function sourceNode(
  view: GraphView,
  pair: Pair,
  services: ServicesOf,
  gateways: ReadonlySet<string>,
): NodeIdentity {
  const { source } = pair;
  if (source.workload === UNKNOWN) return { id: "unknown_source", kind: "unknown", namespace: UNKNOWN, name: UNKNOWN };
  const key = `${source.namespace}/${source.workload}`;
  const service = services.get(key);
  if (view === "service" && service !== undefined) return serviceNode(service, source.namespace);
  return workloadNode(view, source, gateways.has(key));
}

export function targetNode(view: GraphView, pair: Pair, gateways: ReadonlySet<string>): NodeIdentity {
  const { destination, service } = pair;
  if (service !== UNKNOWN && (view === "service" || destination.workload === UNKNOWN))
    return serviceNode(service, destination.namespace);
  if (destination.workload === UNKNOWN)
    return { id: "unknown_destination", kind: "unknown", namespace: UNKNOWN, name: UNKNOWN };
  return workloadNode(view, destination, gateways.has(`${destination.namespace}/${destination.workload}`));
}

function workloadNode(view: GraphView, end: End, isGateway: boolean): NodeIdentity {
  const { workload, namespace, app, version } = end;
  const base = { namespace, workload, ...(app === UNKNOWN ? {} : { app }) };
  if (isGateway) return { ...base, id: `wl_${namespace}_${workload}`, kind: "gateway", name: workload };
  if (view !== "versioned-app" || app === UNKNOWN)
    return { ...base, id: `wl_${namespace}_${workload}`, kind: "workload", name: workload };
  return {
    ...base,
    id: `vapp_${namespace}_${workload}`,
    kind: "app",
    name: app,
    ...(version === UNKNOWN ? {} : { version }),
  };
}

function serviceNode(host: string, fallbackNamespace: string): NodeIdentity {
  const [name = host, namespace = "", marker] = host.split(".");
  if (marker !== "svc")
    return { id: `svc_${host}`, kind: "service", namespace: fallbackNamespace, name: host, service: host };
  return { id: `svc_${host}`, kind: "service", namespace, name, service: host };
}
