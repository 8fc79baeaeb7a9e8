import type { XdsType } from "#core/xds/type-urls.ts";
import { type Subscription, wants } from "#server/xds/subscription.ts";

/** A resource of a layer, by name. */
export interface ChangedName {
  readonly layerId: string;
  readonly type: XdsType;
  readonly name: string;
}

/** Ids of the nodes that are sent some of the changes, and of each change how many take it. */
export interface Takers {
  readonly ids: readonly string[];
  readonly counts: readonly number[];
}

interface TakenLayer {
  has(type: XdsType, name: string): boolean;
  readonly connections: ReadonlySet<{
    readonly node: { readonly id: string };
    /** Equal ones are the same object. */
    subscription(type: XdsType): Subscription | undefined;
  }>;
}

/**
 * Who holds the layer of a change and has asked for its resource. Connections are gone through once for each layer and type, and
 * names once for each subscription, not for each connection.
 */
export function countTakers(changed: readonly ChangedName[], layerOf: (id: string) => TakenLayer | undefined): Takers {
  const ids = new Set<string>();
  const counts = changed.map(() => 0);
  const places = changed.map((change, index) => ({ ...change, index }));
  for (const [layerId, ofLayer] of Map.groupBy(places, (each) => each.layerId)) {
    const layer = layerOf(layerId);
    if (layer === undefined) continue;
    for (const [type, names] of Map.groupBy(ofLayer, (each) => each.type)) {
      const alike = Map.groupBy(layer.connections, (connection) => connection.subscription(type));
      for (const [subscription, connections] of alike) {
        if (subscription === undefined) continue;
        const taken = names.filter(({ name }) => wants(subscription, name));
        for (const { index } of taken) counts[index] = (counts[index] ?? 0) + connections.length;
        if (taken.length > 0) for (const { node } of connections) ids.add(node.id);
      }
      // What is not there yet nobody can have asked for: who takes what names it will.
      for (const { name, index } of names) if (!layer.has(type, name)) counts[index] = layer.connections.size;
    }
  }
  return { ids: [...ids], counts };
}
