import type { GraphNode, GraphView } from "#core/graph/graph.ts";
import type { End, Pair } from "#core/graph/merge-reporters.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";

/** A node before its traffic was added up. */
export type NodeIdentity = Pick<
  GraphNode,
  "id" | "kind" | "namespace" | "name" | "app" | "version" | "workload" | "service"
>;

/** Says which node of a view an end of a pair is; each node is made once. */
export class NodeNamer {
  readonly #view: GraphView;
  readonly #services: ReadonlyMap<string, string>;
  readonly #gateways: ReadonlySet<string>;
  readonly #made = new Map<string, NodeIdentity>();

  constructor(view: GraphView, pairs: readonly Pair[]) {
    this.#view = view;
    this.#services = view === "service" ? servicesOf(pairs) : new Map();
    this.#gateways = new Set(
      pairs.filter(({ fromGateway }) => fromGateway).map(({ source }) => `${source.namespace}/${source.workload}`),
    );
  }

  source({ source }: Pair): NodeIdentity {
    if (source.workload === UNKNOWN) {
      return this.#once("?source", () => ({
        id: "unknown_source",
        kind: "unknown",
        namespace: UNKNOWN,
        name: UNKNOWN,
      }));
    }
    const service = this.#services.get(`${source.namespace}/${source.workload}`);
    return service === undefined ? this.#workload(source) : this.#service(service, source.namespace);
  }

  target({ destination, service }: Pair): NodeIdentity {
    if (service !== UNKNOWN && (this.#view === "service" || destination.workload === UNKNOWN)) {
      return this.#service(service, destination.namespace);
    }
    if (destination.workload === UNKNOWN) {
      return this.#once("?destination", () => ({
        id: "unknown_destination",
        kind: "unknown",
        namespace: UNKNOWN,
        name: UNKNOWN,
      }));
    }
    return this.#workload(destination);
  }

  #workload(end: End): NodeIdentity {
    const key = `${end.namespace}/${end.workload}`;
    return this.#once(key, () => workloadNode(this.#view, end, this.#gateways.has(key)));
  }

  #service(host: string, fallbackNamespace: string): NodeIdentity {
    return this.#once(host, () => serviceNode(host, fallbackNamespace));
  }

  #once(key: string, make: () => NodeIdentity): NodeIdentity {
    let node = this.#made.get(key);
    if (node === undefined) {
      node = make();
      this.#made.set(key, node);
    }
    return node;
  }
}

/** Which service each workload answers for, learnt from the traffic itself. */
function servicesOf(pairs: readonly Pair[]): ReadonlyMap<string, string> {
  const best = new Map<string, { readonly service: string; readonly count: number }>();
  for (const { destination, service, tally } of pairs) {
    if (destination.workload === UNKNOWN || service === UNKNOWN) continue;
    const key = `${destination.namespace}/${destination.workload}`;
    if ((best.get(key)?.count ?? -1) < tally.count) best.set(key, { service, count: tally.count });
  }
  return new Map([...best].map(([key, { service }]) => [key, service]));
}

/** A workload as a node of a view. */
export function workloadNode(view: GraphView, end: End, isGateway: boolean): NodeIdentity {
  const { workload, namespace, app, version } = end;
  const base = { namespace, workload, ...(app === UNKNOWN ? {} : { app }) };
  if (isGateway) return { ...base, id: `wl_${namespace}_${workload}`, kind: "gateway", name: workload };
  // All of its versions, whichever workload they are.
  if (view === "app" && app !== UNKNOWN)
    return { namespace, app, id: `app_${namespace}_${app}`, kind: "app", name: app };
  if (view !== "versioned-app" || app === UNKNOWN) {
    return { ...base, id: `wl_${namespace}_${workload}`, kind: "workload", name: workload };
  }
  const versioned = version === UNKNOWN ? {} : { version };
  return { ...base, id: `vapp_${namespace}_${workload}`, kind: "app", name: app, ...versioned };
}

/** A service as a node; the namespace is that of its host, where the host is one of the mesh. */
export function serviceNode(host: string, fallbackNamespace: string): NodeIdentity {
  const [name = host, namespace = "", marker] = host.split(".");
  const isOfMesh = marker === "svc";
  return {
    id: `svc_${host}`,
    kind: "service",
    namespace: isOfMesh ? namespace : fallbackNamespace,
    name: isOfMesh ? name : host,
    service: host,
  };
}
