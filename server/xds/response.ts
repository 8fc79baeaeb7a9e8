import { createHash } from "node:crypto";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import type { Chunk } from "#server/xds/served-layer.ts";
import { encodeDeltaResource, encodeDeltaTail, encodeSotwTail } from "#server/xds/wire.ts";

/** One message to a client: parts that are shared and a small tail of its own. */
export interface Response {
  readonly typeUrl: string;
  readonly nonce: string;
  readonly chunks: readonly Pick<Chunk, "names">[];
  readonly parts: readonly Buffer[];
  readonly extras: DeltaExtras;
}

export interface DeltaExtras {
  /** Taken away, or never there. */
  readonly removed?: readonly string[];
  /** Virtual hosts that were asked for and do not exist: answered by name, so that the request behind them gets its 404. */
  readonly absent?: readonly string[];
}

export const NO_EXTRAS: DeltaExtras = {};

/** Responses that are one chunk and nothing else, which is what a fleet that syncs is sent. */
const composed = new WeakMap<Chunk, Response>();

/** A DeltaDiscoveryResponse. The nonce follows from the content: streams in the same state get the same bytes. */
export function composeDelta(
  type: XdsType,
  chunks: readonly Chunk[],
  { removed = [], absent = [] }: DeltaExtras = {},
): Response {
  const used = chunks.filter(({ names }) => names.length > 0);
  const [only] = used;
  if (only === undefined || used.length > 1 || removed.length + absent.length > 0)
    return compose(type, used, removed, absent);
  const known = composed.get(only);
  if (known !== undefined) return known;
  const made = compose(type, used, removed, absent);
  composed.set(only, made);
  return made;
}

function compose(
  type: XdsType,
  used: readonly Chunk[],
  removed: readonly string[],
  absent: readonly string[],
): Response {
  const nonce = hashOf(type, [...used.map(({ hash }) => hash), "-", ...removed, "?", ...absent]);
  const typeUrl = TYPE_URLS[type];
  return {
    typeUrl,
    nonce,
    chunks: used,
    extras: removed.length + absent.length === 0 ? NO_EXTRAS : { removed, absent },
    parts: [
      ...used.map(({ bytes }) => bytes),
      ...absent.map((name) => encodeDeltaResource(name, "", undefined, [name])),
      encodeDeltaTail(nonce, typeUrl, nonce, removed),
    ],
  };
}

/** The answer to a type that is not served: nothing, so that the client does not wait. */
export function composeEmpty(typeUrl: string, isDelta: boolean): Response {
  const nonce = hashOf(typeUrl, []);
  return {
    typeUrl,
    nonce,
    chunks: [],
    extras: NO_EXTRAS,
    parts: [isDelta ? encodeDeltaTail(nonce, typeUrl, nonce, []) : encodeSotwTail(nonce, typeUrl, nonce)],
  };
}

export function namesIn(response: Response): readonly string[] {
  return response.chunks.flatMap(({ names }) => names);
}

export function hashOf(type: string, parts: readonly string[]): string {
  const hash = createHash("sha1").update(type);
  for (const part of parts) hash.update(`\0${part}`);
  return hash.digest("hex").slice(0, 16);
}
