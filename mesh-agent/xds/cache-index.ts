import type { CacheCommit } from "#mesh-agent/xds/cached-resource.ts";

interface Entry {
  readonly version: string;
  readonly aliases: readonly string[];
}

export interface IndexedRow extends Entry {
  readonly type: string;
  readonly name: string;
}

/**
 * Names, versions and aliases of what the cache holds, in memory: whoever asks after ten thousand names at once, as where a
 * stream begins anew, is not to ask the disk ten thousand times.
 */
export class CacheIndex {
  readonly #types = new Map<string, Map<string, Entry>>();
  /** By type and alias, those that list it, the one that came last at the end. */
  readonly #aliases = new Map<string, Map<string, Set<string>>>();

  constructor(rows: Iterable<IndexedRow>) {
    for (const row of rows) this.#set(row);
  }

  get isEmpty(): boolean {
    return this.#types.size === 0;
  }

  version(type: string, name: string): string | undefined {
    return this.#types.get(type)?.get(name)?.version;
  }

  /**
   * Of what is known under this name or alias. An alias that several list is the last one's; once read back from the disk,
   * which keeps no order, that is the last by name.
   */
  nameOf(type: string, name: string): string | undefined {
    if (this.#types.get(type)?.has(name) === true) return name;
    return [...(this.#aliases.get(type)?.get(name) ?? [])].at(-1);
  }

  names(type: string): string[] {
    return [...(this.#types.get(type)?.keys() ?? [])];
  }

  counts(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#types, ([type, { size }]) => [type, size]));
  }

  /** Once it was stored. */
  apply({ type, upserts, removes, unsure = [], keepOnly }: CacheCommit): void {
    for (const { name, version, aliases } of upserts) this.#set({ type, name, version, aliases });
    for (const name of removes) this.#delete(type, name);
    for (const name of unsure) {
      const entry = this.#types.get(type)?.get(name);
      if (entry !== undefined) this.#types.get(type)?.set(name, { ...entry, version: "" });
    }
    if (keepOnly !== undefined) for (const name of this.names(type)) if (!keepOnly.has(name)) this.#delete(type, name);
  }

  #set({ type, name, version, aliases }: IndexedRow): void {
    this.#forgetAliases(type, name);
    const all = this.#types.get(type) ?? new Map<string, Entry>();
    this.#types.set(type, all);
    all.set(name, { version, aliases });
    if (aliases.length === 0) return;
    const byAlias = this.#aliases.get(type) ?? new Map<string, Set<string>>();
    this.#aliases.set(type, byAlias);
    for (const alias of aliases) byAlias.set(alias, (byAlias.get(alias) ?? new Set()).add(name));
  }

  #delete(type: string, name: string): void {
    this.#forgetAliases(type, name);
    const all = this.#types.get(type);
    all?.delete(name);
    if (all?.size === 0) this.#types.delete(type);
  }

  #forgetAliases(type: string, name: string): void {
    const byAlias = this.#aliases.get(type);
    for (const alias of this.#types.get(type)?.get(name)?.aliases ?? []) {
      const names = byAlias?.get(alias);
      names?.delete(name);
      if (names?.size === 0) byAlias?.delete(alias);
    }
  }
}
