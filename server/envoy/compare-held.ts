import type { XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { ResourceSet } from "#server/compile/mutable-layer.ts";

export interface PreviewedResource {
  readonly layerId: string;
  readonly type: XdsType;
  readonly before: XdsResource | undefined;
  readonly after: XdsResource | undefined;
}

/** What a node that shares with others now holds otherwise than before, under the id of a layer that is its own where it has one. */
export function compareHeld(
  layerId: string,
  before: readonly ResourceSet[],
  after: readonly ResourceSet[],
): PreviewedResource[] {
  const merge = (layers: readonly ResourceSet[]): Map<string, { readonly type: XdsType; readonly each: XdsResource }> =>
    new Map(
      layers.flatMap((layer) =>
        [...layer].flatMap(([type, all]) =>
          Array.from(all.values(), (each) => [`${type} ${each.name}`, { type, each }] as const),
        ),
      ),
    );
  const [had, has] = [merge(before), merge(after)];
  return [
    ...[...has].flatMap(([key, { type, each }]) => {
      const old = had.get(key)?.each;
      return old?.version === each.version ? [] : [{ layerId, type, before: old, after: each }];
    }),
    ...[...had].flatMap(([key, { type, each }]) =>
      has.has(key) ? [] : [{ layerId, type, before: each, after: undefined }],
    ),
  ];
}
