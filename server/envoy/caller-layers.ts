import type { Caller } from "#core/resolve/locality-load.ts";
import type { LayerChange, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { MutableLayer } from "#server/compile/mutable-layer.ts";
import { formatCaller } from "#server/envoy/caller-of.ts";
import type { ServiceCluster } from "#server/envoy/clusters/service-clusters.ts";

interface Built {
  readonly type: XdsType;
  readonly resource: XdsResource;
}
type Encode = (cluster: ServiceCluster, caller: Caller) => readonly Built[];

interface Held {
  readonly caller: Caller;
  readonly layer: MutableLayer;
  users: number;
}

/** What of one host differs between the callers of a scope, built for those who are there. */
export interface CallersPart {
  readonly clusters: readonly ServiceCluster[];
  readonly built: ReadonlyMap<MutableLayer, readonly Built[]>;
}

/**
 * What differs between the callers of one scope: endpoints whose order follows from where the caller is. Callers in the same place
 * share a layer; where nothing asks about places, all of these are empty.
 */
export class CallerLayers {
  readonly #id: string;
  readonly #encode: Encode;
  readonly #held = new Map<string, Held>();
  /** Host → those of its clusters that are another for another caller. */
  readonly #clusters = new Map<string, readonly ServiceCluster[]>();

  constructor(id: string, encode: Encode) {
    this.#id = id;
    this.#encode = encode;
  }

  get layers(): readonly MutableLayer[] {
    return Array.from(this.#held.values(), ({ layer }) => layer);
  }

  /** The layer of callers like this one; `close` gives it back. */
  open(caller: Caller): MutableLayer {
    const key = formatCaller(caller);
    const known = this.#held.get(key);
    if (known !== undefined) {
      known.users += 1;
      return known.layer;
    }
    const layer = new MutableLayer(`${this.#id}/from ${key}`);
    for (const [host, clusters] of this.#clusters) layer.replace(unitOf(host), this.#encodeAll(clusters, caller));
    this.#held.set(key, { caller, layer, users: 1 });
    return layer;
  }

  close(caller: Caller): void {
    const key = formatCaller(caller);
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.users -= 1;
    if (held.users === 0) this.#held.delete(key);
  }

  /** Changes nothing; `install` does. */
  build(clusters: readonly ServiceCluster[]): CallersPart {
    const built = Array.from(
      clusters.length === 0 ? [] : this.#held.values(),
      ({ layer, caller }) => [layer, this.#encodeAll(clusters, caller)] as const,
    );
    return { clusters, built: new Map(built) };
  }

  install(host: string, { clusters, built }: CallersPart): LayerChange[] {
    if (clusters.length === 0 && !this.#clusters.has(host)) return [];
    if (clusters.length === 0) this.#clusters.delete(host);
    else this.#clusters.set(host, clusters);
    // Whoever came after they were built has his built now.
    return [...this.#held.values()].flatMap(({ layer, caller }) =>
      layer.replace(unitOf(host), built.get(layer) ?? this.#encodeAll(clusters, caller)),
    );
  }

  #encodeAll(clusters: readonly ServiceCluster[], caller: Caller): readonly Built[] {
    return clusters.flatMap((each) => this.#encode(each, caller).filter(({ type }) => isCallers(each, type)));
  }
}

/** Of a cluster that another caller has otherwise, which resource that is: its endpoints, which may be part of the cluster. */
export function isCallers({ dependsOnCaller, isDiscovered }: ServiceCluster, type: XdsType): boolean {
  return dependsOnCaller && type === (isDiscovered ? "EDS" : "CDS");
}

function unitOf(host: string): string {
  return `endpoints of ${host}`;
}
