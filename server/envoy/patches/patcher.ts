import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Patch } from "#core/resolve/envoy-patches.ts";
import type { Extension } from "#core/resolve/extensions.ts";
import type { Origin, Substitute, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { type Cluster, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { type VirtualHost, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { encodeResource, type Hash } from "#server/envoy/encode.ts";
import { extendListener } from "#server/envoy/extensions/extend-listener.ts";
import { addedClusters, patchCluster } from "#server/envoy/patches/patch-cluster.ts";
import { addedListeners, patchListener } from "#server/envoy/patches/patch-listener.ts";
import { patchRouteConfiguration, patchVirtualHost, type RouteTable } from "#server/envoy/patches/patch-routes.ts";
import type { PatchSet } from "#server/envoy/patches/patch-set.ts";
import { substitutesOf } from "#server/envoy/patches/substitutes-of.ts";

interface Built<T extends XdsType> {
  readonly type: T;
  readonly resource: XdsResource;
  /** Its origins take it away: it is not there. */
  readonly isRemoved?: true;
}

/** What a resource can be had without. */
type Part = Pick<Patch, "resource" | "path">;

/** What runs in the listeners of one side. */
export interface Running {
  readonly side: "CLIENT" | "SERVER";
  readonly extensions: readonly Extension[];
}

const NOTHING_RUNS: Running = { side: "CLIENT", extensions: [] };

/** How a resource comes of what was built of it. */
interface Making<T extends XdsType, D extends DescMessage> {
  readonly type: T;
  readonly schema: D;
  readonly name: string;
  /** Without patches. */
  readonly origins: readonly Origin[];
  /** What is in it beside patches and may be left out of what is refused. */
  readonly dispensable?: readonly Extension[];
  /** Undefined: one removes it. */
  readonly patch: (patches: PatchSet, left: readonly Part[]) => MessageShape<D> | undefined;
}

/**
 * Encodes what was built of one side of a proxy, with what runs in its listeners and its patches made. It is called as before, whatever a patch says: others go by its name.
 * What was patched bears the patches among its origins, so that whoever is refused for one is told, and can be had without.
 */
export class Patcher {
  readonly #patches: PatchSet;
  readonly #hash: Hash;
  readonly #running: Running;

  constructor(patches: PatchSet, hash: Hash, running: Running = NOTHING_RUNS) {
    this.#patches = patches;
    this.#hash = hash;
    this.#running = running;
  }

  /** Whether a listener may be another. */
  get patchesListeners(): boolean {
    if (this.#running.extensions.length > 0) return true;
    return this.#patches.has("LISTENER", "LISTENER_FILTER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER");
  }

  get patchesClusters(): boolean {
    return this.#patches.has("CLUSTER");
  }

  /** `hosts` are the services behind an inbound one. */
  cluster(given: Cluster, origins: readonly Origin[], hosts: readonly string[] = []): readonly Built<"CDS">[] {
    const patch = (patches: PatchSet) => patchCluster(patches, given, hosts);
    return [this.#built({ type: "CDS", schema: ClusterSchema, name: given.name, origins, patch })];
  }

  /** `ports` are those by which people know it, beside its own. */
  listener(given: Listener, origins: readonly Origin[], ports: readonly number[] = []): readonly Built<"LDS">[] {
    const { side, extensions } = this.#running;
    const { used } = extendListener(given, extensions, side, ports);
    const patch = (patches: PatchSet, left: readonly Part[]) => {
      const running = left.length === 0 ? used : used.filter((each) => !left.includes(each));
      return patchListener(patches, extendListener(given, running, side, ports).listener, ports);
    };
    const dispensable = used.filter(isDispensable);
    const kept = used.filter((each) => !dispensable.includes(each));
    return [
      this.#built({
        ...{ type: "LDS", schema: ListenerSchema, name: given.name, patch, dispensable },
        origins: [...origins, ...originsOf(kept)],
      }),
    ];
  }

  routes(given: RouteConfiguration, origins: readonly Origin[], table: Omit<RouteTable, "name"> = {}): Built<"RDS"> {
    const { name } = given;
    const patch = (patches: PatchSet) => patchRouteConfiguration(patches, given, { ...table, name });
    return this.#built({ type: "RDS", schema: RouteConfigurationSchema, name, origins, patch });
  }

  /** One that is sent by itself, under the name of its table and its own. */
  virtualHost(given: VirtualHost, origins: readonly Origin[], table: string): readonly Built<"VHDS">[] {
    const own = given.name;
    const name = `${table}/${own}`;
    const patch = (patches: PatchSet) => {
      // Unpatched it is encoded itself, under the other name.
      given.name = own;
      return patchVirtualHost(patches, given, { name: table });
    };
    return [this.#built({ type: "VHDS", schema: VirtualHostSchema, name, origins, patch })];
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

  #built<T extends XdsType, D extends DescMessage>(making: Making<T, D>): Built<T> {
    const { type, name, patch, dispensable = [] } = making;
    const message = patch(this.#patches, []);
    const patched = this.#patches.takeMade();
    const made: readonly Part[] = dispensable.length === 0 ? patched : [...dispensable, ...patched];
    if (message === undefined)
      return { type, resource: { ...NOTHING, name, origins: originsOf(made) }, isRemoved: true };
    const resource = this.#encode(making, message, made);
    if (made.length === 0) return { type, resource };
    let known: readonly Substitute[] | undefined;
    // Once for all that refuse it: a fleet does at the same time.
    const substitutes = () => {
      known ??= substitutesOf(resource, made, (left) => {
        const patches = this.#patches.without(left);
        const without = patch(patches, left);
        const others = dispensable.filter((each) => !left.includes(each));
        return without === undefined ? undefined : this.#encode(making, without, [...others, ...patches.takeMade()]);
      });
      return known;
    };
    return { type, resource: { ...resource, substitutes } };
  }

  #encode<D extends DescMessage>(
    { schema, name, origins }: Making<XdsType, D>,
    message: MessageShape<D>,
    made: readonly Part[],
  ): XdsResource {
    (message as { name?: string }).name = name;
    const all = made.length === 0 ? origins : [...origins, ...originsOf(made)];
    return encodeResource(schema, name, message, all, this.#hash);
  }
}

const NOTHING = { version: "", body: new Uint8Array() };

/** It asks for that: of the others a client keeps what it had, for traffic must not go on without what guards it. */
function isDispensable({ code }: Extension): boolean {
  return code.kind === "wasm" && code.module.failStrategy === "FAIL_OPEN";
}

function originsOf(patches: readonly Part[]): readonly Origin[] {
  return patches.map(({ resource, path }) => ({ resource, path }));
}

function firstOfName<T extends { readonly message: { readonly name: string } }>(added: readonly T[]): readonly T[] {
  const names = added.map(({ message }) => message.name);
  return added.filter(({ message }, index) => names.indexOf(message.name) === index);
}
