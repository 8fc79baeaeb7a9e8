import type { XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { ServedLayer } from "#server/xds/served-layer.ts";
import { type NameList, NO_NAMES } from "#server/xds/subscription.ts";

// What all the layers of one client hold together. No two of them share a name within a type.

export function resourceIn(layers: readonly ServedLayer[], type: XdsType, name: string): XdsResource | undefined {
  for (const { layer } of layers) {
    const resource = layer.resources.get(type)?.get(name);
    if (resource !== undefined) return resource;
  }
  return undefined;
}

export function versionIn(layers: readonly ServedLayer[], type: XdsType, name: string): string | undefined {
  return resourceIn(layers, type, name)?.version;
}

/** Those of `names` that none of the layers holds. */
export function notIn(layers: readonly ServedLayer[], type: XdsType, names: readonly string[]): string[] {
  return names.filter((name) => !layers.some((layer) => layer.has(type, name)));
}

/** The same of a list that many clients ask for: it is looked up once in the largest layer. */
export function missingIn(layers: readonly ServedLayer[], type: XdsType, list: NameList): readonly string[] {
  if (list === NO_NAMES) return [];
  const [largest, ...others] = layers.toSorted((a, b) => b.size(type) - a.size(type));
  return notIn(others, type, [...(largest?.missing(type, list) ?? [])]);
}
