import { fromBinary } from "@bufbuild/protobuf";
import type { Cluster, Endpoint } from "#core/simulate/cluster.ts";
import type { Listener } from "#core/simulate/listener.ts";
import { readCluster, readEndpoints } from "#core/simulate/read/cluster.ts";
import { readListener } from "#core/simulate/read/listener.ts";
import { readRouteTable, readVirtualHost } from "#core/simulate/read/route-table.ts";
import type { RouteTable, VirtualHost } from "#core/simulate/route.ts";
import type { TokenTrust } from "#core/simulate/tokens/token-trust.ts";
import { VirtualHosts } from "#core/simulate/virtual-hosts.ts";
import type { Layer, Origin, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ClusterLoadAssignmentSchema } from "#proto/gen/envoy/config/endpoint/v3/endpoint_pb.js";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";

/** Each version of a resource is read once, however many proxies hold it. */
function readOnce<T>(read: (body: Uint8Array) => T): (resource: XdsResource) => T {
  const known = new WeakMap<XdsResource, T>();
  return (resource) => {
    const found = known.get(resource);
    if (found !== undefined) return found;
    const made = read(resource.body);
    known.set(resource, made);
    return made;
  };
}

const listenerOf = readOnce<Listener>((body) => readListener(fromBinary(ListenerSchema, body)));
const tableOf = readOnce<RouteTable>((body) => readRouteTable(fromBinary(RouteConfigurationSchema, body)));
const virtualHostOf = readOnce<VirtualHost>((body) => readVirtualHost(fromBinary(VirtualHostSchema, body)));
const clusterOf = readOnce<Cluster>((body) => readCluster(fromBinary(ClusterSchema, body)));
const endpointsOf = readOnce<readonly Endpoint[]>((body) =>
  readEndpoints(fromBinary(ClusterLoadAssignmentSchema, body)),
);

/**
 * What one proxy holds, in the form in which it is decided by. Read from the layers as they are now: whoever changes them makes
 * a new image. What is asked for is read at its first use.
 */
export class ProxyImage {
  readonly #resources = new Map<XdsType, Map<string, XdsResource>>();
  readonly #tables = new Map<string, VirtualHosts | undefined>();
  readonly #endpoints = new Map<string, readonly Endpoint[]>();

  /** Undefined: what asks for the time or a signature is not evaluated. */
  readonly trust: TokenTrust | undefined;

  constructor(layers: readonly Pick<Layer, "resources">[], trust?: TokenTrust) {
    this.trust = trust;
    for (const { resources } of layers)
      for (const [type, each] of resources) {
        const own = this.#resources.get(type) ?? new Map<string, XdsResource>();
        this.#resources.set(type, own);
        for (const [name, resource] of each) own.set(name, resource);
      }
  }

  listeners(): Listener[] {
    return [...(this.#resources.get("LDS")?.values() ?? [])].map(listenerOf);
  }

  /** A route configuration with the virtual hosts that are resources of their own. */
  routes(name: string): VirtualHosts | undefined {
    if (this.#tables.has(name)) return this.#tables.get(name);
    const resource = this.#resources.get("RDS")?.get(name);
    const made = resource === undefined ? undefined : this.#join(tableOf(resource));
    this.#tables.set(name, made);
    return made;
  }

  #join(table: RouteTable): VirtualHosts {
    if (!table.isDiscovered) return new VirtualHosts(table, []);
    const prefix = `${table.name}/`;
    const own = [...(this.#resources.get("VHDS")?.values() ?? [])].filter(({ name }) => name.startsWith(prefix));
    return new VirtualHosts(table, own.map(virtualHostOf));
  }

  cluster(name: string): Cluster | undefined {
    const resource = this.#resources.get("CDS")?.get(name);
    return resource === undefined ? undefined : clusterOf(resource);
  }

  /** Written in the cluster, or a resource of their own. */
  endpoints(cluster: Cluster): readonly Endpoint[] {
    if (cluster.discovery !== "eds") return cluster.endpoints;
    const known = this.#endpoints.get(cluster.endpointsName);
    if (known !== undefined) return known;
    const resource = this.#resources.get("EDS")?.get(cluster.endpointsName);
    const made = resource === undefined ? [] : endpointsOf(resource);
    this.#endpoints.set(cluster.endpointsName, made);
    return made;
  }

  origins(type: XdsType, name: string): readonly Origin[] {
    return this.#resources.get(type)?.get(name)?.origins ?? [];
  }
}
