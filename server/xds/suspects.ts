import type { XdsType } from "#core/xds/type-urls.ts";
import type { Chunk } from "#server/xds/served-layer.ts";

const KEPT = 256;

/**
 * What some client refused by itself, in that version: it is sent apart from the rest to all, so that a client that starts gets the rest at
 * once. Nothing is kept from anybody on another client's word: whoever takes it clears it.
 */
export class Suspects {
  readonly #versions = new Map<XdsType, Map<string, string>>();
  #found = new WeakMap<Chunk, readonly string[]>();

  note(type: XdsType, name: string, version: string): void {
    const all = this.#versions.get(type) ?? new Map<string, string>();
    this.#versions.set(type, all);
    if (all.get(name) === version) return;
    const [oldest] = all.keys();
    if (all.size >= KEPT && oldest !== undefined) all.delete(oldest);
    all.set(name, version);
    this.#found = new WeakMap();
  }

  clear(type: XdsType, name: string): void {
    if (this.#versions.get(type)?.delete(name)) this.#found = new WeakMap();
  }

  has(type: XdsType): boolean {
    return (this.#versions.get(type)?.size ?? 0) > 0;
  }

  /** Names in a chunk that are to be sent apart. */
  in(type: XdsType, chunk: Chunk, versionOf: (name: string) => string | undefined): readonly string[] {
    const suspects = this.#versions.get(type);
    if (suspects === undefined || suspects.size === 0 || chunk.names.length === 0) return [];
    const known = this.#found.get(chunk);
    if (known !== undefined) return known;
    const found = chunk.names.filter((name) => suspects.has(name) && suspects.get(name) === versionOf(name));
    this.#found.set(chunk, found);
    return found;
  }
}
