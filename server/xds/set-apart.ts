import type { XdsType } from "#core/xds/type-urls.ts";
import { versionIn } from "#server/xds/layer-set.ts";
import type { Refused } from "#server/xds/refused.ts";
import { hashOf } from "#server/xds/response.ts";
import type { Chunk, ServedLayer } from "#server/xds/served-layer.ts";
import { lazyNames } from "#server/xds/subscription.ts";
import type { Suspects } from "#server/xds/suspects.ts";

/** More than this go together, and are told apart once they are refused. */
const APART_MAX = 16;

/** `rest` and each of `apart` has a chunk per layer. */
export interface SetApart {
  readonly rest: readonly Chunk[];
  readonly apart: readonly (readonly Chunk[])[];
}

/** Takes out of a response what this client refused before, or another did: with it the rest would be refused too. */
export function setApart(
  type: XdsType,
  chunks: readonly Chunk[],
  layers: readonly ServedLayer[],
  suspects: Suspects,
  refused: Refused,
): SetApart {
  if (refused.size === 0 && !suspects.has(type)) return { rest: chunks, apart: [] };
  const found = new Set(chunks.flatMap((chunk) => suspects.in(type, chunk, (name) => versionIn(layers, type, name))));
  if (refused.size > 0)
    for (const { names } of chunks) for (const name of names) if (refused.has(name)) found.add(name);
  if (found.size === 0) return { rest: chunks, apart: [] };
  const names = [...found];
  const list = lazyNames(hashOf(type, names), () => names);
  const groups = names.length > APART_MAX ? [names] : names.map((name) => [name]);
  return {
    rest: chunks.map((chunk, index) => layers[index]?.without(type, chunk, list) ?? chunk),
    apart: groups.map((group) => {
      const alone = lazyNames(`apart ${hashOf(type, group)}`, () => group);
      return layers.map((layer) => layer.named(type, alone));
    }),
  };
}
