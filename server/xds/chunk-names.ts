import type { XdsType } from "#core/xds/type-urls.ts";
import type { Chunk, ServedLayer } from "#server/xds/served-layer.ts";
import { lazyNames, type NameList, NO_NAMES } from "#server/xds/subscription.ts";

export function isEmpty({ names }: Chunk): boolean {
  return names.length === 0;
}

/** Names of several chunks as one list, known by what the chunks hold; read only where the answer is not known yet. */
export function namesOf(chunks: readonly Chunk[]): NameList {
  const used = chunks.filter((chunk) => !isEmpty(chunk));
  return used.length === 0
    ? NO_NAMES
    : lazyNames(used.map(({ hash }) => hash).join("+"), () => used.flatMap(({ names }) => names));
}

/** What a layer must send after these clusters or route configurations: endpoints carry their names, virtual hosts begin with them. */
export function followersIn(layer: ServedLayer, leader: XdsType, led: NameList): NameList {
  if (led === NO_NAMES || leader === "CDS") return led;
  const hosts = layer.hostsOf(led);
  return hosts.length === 0 ? NO_NAMES : lazyNames(`hosts ${led.key}`, () => hosts);
}
