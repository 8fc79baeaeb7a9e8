import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { CellTable } from "#server/compile/cell-table.ts";
import type { Cell, Recorder } from "#server/compile/recorder.ts";

type KeySets = Readonly<Record<string, string>>;

/** Key sets that were fetched, by where from; who asked for one is told when it is another. */
export class KeySetTable {
  readonly #sets: Map<string, string>;
  readonly #cells: CellTable<string | undefined>;

  constructor(recorder: Recorder, sets: KeySets = {}) {
    this.#sets = new Map(Object.entries(sets));
    this.#cells = new CellTable(recorder, (location) => this.#sets.get(location));
  }

  ask(location: string): string | undefined {
    return this.#cells.ask(location);
  }

  apply(change: SnapshotChange["keySets"], touched: Set<Cell>): void {
    for (const [location, keys] of Object.entries(change ?? {})) {
      if (keys === null) this.#sets.delete(location);
      else this.#sets.set(location, keys);
      this.#cells.touch(location, touched);
    }
  }

  /** What takes `change` back. */
  inverse(change: SnapshotChange["keySets"]): SnapshotChange["keySets"] {
    if (change === undefined) return undefined;
    return Object.fromEntries(Object.keys(change).map((location) => [location, this.#sets.get(location) ?? null]));
  }
}
