import type { Origin, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { type Cluster, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type VirtualHost, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";
import { addedClusters, patchCluster } from "#server/envoy/patches/patch-cluster.ts";
import { addedListeners, patchListener } from "#server/envoy/patches/patch-listener.ts";
import { patchRouteConfiguration, patchVirtualHost, type RouteTable } from "#server/envoy/patches/patch-routes.ts";
import type { PatchSet } from "#server/envoy/patches/patch-set.ts";

interface Built<T extends XdsType> {
  readonly type: T;
  readonly resource: XdsResource;
}

/**
 * Encodes what was built of one side of a proxy, with its patches made: none where one removes it. It is called as before, whatever a patch says:
 * others go by its name. What was patched bears the patches among its origins, so that whoever is refused for one is told.
 */
export class Patcher {
  readonly #patches: PatchSet;
  readonly #hash: Hash;

  constructor(patches: PatchSet, hash: Hash) {
    this.#patches = patches;
    this.#hash = hash;
  }

  /** Whether a listener may be another. */
  get patchesListeners(): boolean {
    return this.#patches.has("LISTENER", "LISTENER_FILTER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER");
  }

  get patchesClusters(): boolean {
    return this.#patches.has("CLUSTER");
  }

  /** `hosts` are the services behind an inbound one. */
  cluster(given: Cluster, origins: readonly Origin[], hosts: readonly string[] = []): readonly Built<"CDS">[] {
    const cluster = patchCluster(this.#patches, given, hosts);
    const all = this.#all(origins);
    if (cluster === undefined) return [];
    cluster.name = given.name;
    return [{ type: "CDS", resource: encodeResource(ClusterSchema, given.name, cluster, all, this.#hash) }];
  }

  /** `ports` are those by which people know it, beside its own. */
  listener(given: Listener, origins: readonly Origin[], ports: readonly number[] = []): readonly Built<"LDS">[] {
    const listener = patchListener(this.#patches, given, ports);
    const all = this.#all(origins);
    if (listener === undefined) return [];
    listener.name = given.name;
    return [{ type: "LDS", resource: encodeResource(ListenerSchema, given.name, listener, all, this.#hash) }];
  }

  routes(given: RouteConfiguration, origins: readonly Origin[], table: Omit<RouteTable, "name"> = {}): Built<"RDS"> {
    const { name } = given;
    const config = patchRouteConfiguration(this.#patches, given, { ...table, name });
    config.name = name;
    const resource = encodeResource(RouteConfigurationSchema, name, config, this.#all(origins), this.#hash);
    return { type: "RDS", resource };
  }

  /** One that is sent by itself, under the name of its table and its own. */
  virtualHost(given: VirtualHost, origins: readonly Origin[], table: string): readonly Built<"VHDS">[] {
    const host = patchVirtualHost(this.#patches, given, { name: table });
    const all = this.#all(origins);
    if (host === undefined) return [];
    const name = `${table}/${given.name}`;
    host.name = name;
    return [{ type: "VHDS", resource: encodeResource(VirtualHostSchema, name, host, all, this.#hash) }];
  }

  /** Clusters that patches add, the first of each name. */
  addedClusters(isInbound = false): readonly Built<"CDS">[] {
    const added = firstOfName(addedClusters(this.#patches, isInbound));
    this.#patches.takeMade();
    return added.map(({ message, origin }) => ({
      type: "CDS",
      resource: encodeResource(ClusterSchema, message.name, message, [origin], this.#hash),
    }));
  }

  /** Listeners that patches add, the first of each name. */
  addedListeners(isInbound = false): readonly Built<"LDS">[] {
    const added = firstOfName(addedListeners(this.#patches, isInbound));
    this.#patches.takeMade();
    return added.map(({ message, origin }) => ({
      type: "LDS",
      resource: encodeResource(ListenerSchema, message.name, message, [origin], this.#hash),
    }));
  }

  #all(origins: readonly Origin[]): readonly Origin[] {
    const made = this.#patches.takeMade();
    return made.length === 0 ? origins : [...origins, ...made];
  }
}

function firstOfName<T extends { readonly message: { readonly name: string } }>(added: readonly T[]): readonly T[] {
  const names = added.map(({ message }) => message.name);
  return added.filter(({ message }, index) => names.indexOf(message.name) === index);
}
