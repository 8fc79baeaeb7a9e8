import { createHash } from "node:crypto";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import type { Chunk } from "#server/xds/served-layer.ts";
import { encodeDeltaResource, encodeDeltaTail } from "#server/xds/wire.ts";

/** One message to a client: shared parts and a small tail of its own. */
export interface Response {
  readonly type: XdsType | undefined;
  readonly typeUrl: string;
  readonly nonce: string;
  readonly names: readonly string[];
  readonly removed: readonly string[];
  readonly parts: readonly Buffer[];
}

export interface ResponseExtras {
  /** Taken away, beside what the chunks say. */
  readonly removed?: readonly string[];
  /** Names for which "there is no such thing" is an answer of its own (virtual hosts on demand). */
  readonly absent?: readonly string[];
}

/** A DeltaDiscoveryResponse. The nonce follows from the content: streams in the same state get the same bytes. */
export function composeDelta(type: XdsType, chunks: readonly Chunk[], extras: ResponseExtras = {}): Response {
  const used = chunks.filter(({ bytes, removed }) => bytes.length > 0 || removed.length > 0);
  const removed = [...used.flatMap((chunk) => chunk.removed), ...(extras.removed ?? [])];
  const absent = extras.absent ?? [];
  const [only] = used;
  const nonce = used.length === 1 && removed.length === (only?.removed.length ?? 0) && absent.length === 0 ? (only?.hash ?? "") : hashOf(type, [...used.map(({ hash }) => hash), "-", ...removed, "?", ...absent]);
  const typeUrl = TYPE_URLS[type];
  return {
    type,
    typeUrl,
    nonce,
    names: used.length === 1 ? (only?.names ?? []) : used.flatMap(({ names }) => names),
    removed,
    parts: [...used.map(({ bytes }) => bytes), ...absent.map((name) => encodeDeltaResource(name, "", undefined, [name])), encodeDeltaTail(nonce, typeUrl, nonce, removed)],
  };
}

/** The answer to a type that is not served: nothing, so that the client does not wait. */
export function composeEmpty(typeUrl: string): Response {
  const nonce = hashOf(typeUrl, []);
  return { type: undefined, typeUrl, nonce, names: [], removed: [], parts: [encodeDeltaTail(nonce, typeUrl, nonce, [])] };
}

function hashOf(type: string, parts: readonly string[]): string {
  const hash = createHash("sha1").update(type);
  for (const part of parts) hash.update(`\0${part}`);
  return hash.digest("hex").slice(0, 16);
}
