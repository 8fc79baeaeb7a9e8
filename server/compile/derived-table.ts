import { type Cell, forget, type Reader, Readers, type Recorder } from "#server/compile/recorder.ts";

/** An answer that follows from others: whoever reads it is concerned only where it comes out otherwise. */
export class Derived implements Cell, Reader {
  readonly readers = new Readers();
  reads: readonly Cell[] = [];
  readonly onUnread: () => void;
  readonly #compute: () => unknown;
  readonly #isSame: (a: unknown, b: unknown) => boolean;
  #value: unknown;
  /** Why there is no value; whoever asks is told, and asked again when what it read changes. */
  #failure: { readonly error: unknown } | undefined;
  #isKnown = false;
  #isStale = true;
  #isOther = false;

  constructor(compute: () => unknown, isSame: (a: unknown, b: unknown) => boolean, onUnread: () => void) {
    this.#compute = compute;
    this.#isSame = isSame;
    this.onUnread = onUnread;
  }

  get value(): unknown {
    if (this.#isStale) this.#refresh();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#value;
  }

  /** One of those it follows from was touched; false where that was known. */
  expire(): boolean {
    const wasFresh = !this.#isStale;
    this.#isStale = true;
    return wasFresh;
  }

  /** Whether it is another one than when this was last asked. */
  takeChange(): boolean {
    // Nobody depends on it any more.
    if (this.readers.size === 0) return false;
    if (this.#isStale) this.#refresh();
    const isOther = this.#isOther;
    this.#isOther = false;
    return isOther;
  }

  #refresh(): void {
    const had = this.#failure;
    this.#isStale = false;
    this.#failure = undefined;
    try {
      const value = this.#compute();
      if (had === undefined && this.#isKnown && this.#isSame(this.#value, value)) return;
      this.#value = value;
    } catch (error) {
      this.#failure = { error };
    }
    this.#isOther = this.#isKnown;
    this.#isKnown = true;
  }
}

/** Derived answers by their question, kept while somebody depends on them. */
export class DerivedTable {
  readonly #recorder: Recorder;
  readonly #all = new Map<string, Derived>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** `compute` gives the same for one key while nothing that it reads changes. */
  ask<T>(key: string, compute: () => T, isSame: (a: T, b: T) => boolean = Object.is): T {
    if (!this.#recorder.isRecording) return compute();
    const derived = this.#all.get(key) ?? this.#add(key, compute, isSame);
    this.#recorder.note(derived);
    return derived.value as T;
  }

  #add<T>(key: string, compute: () => T, isSame: (a: T, b: T) => boolean): Derived {
    const derived: Derived = new Derived(
      () => this.#recorder.record(derived, compute),
      (a, b) => isSame(a as T, b as T),
      () => {
        this.#all.delete(key);
        forget(derived);
      },
    );
    this.#all.set(key, derived);
    return derived;
  }
}

/** Readers, derived answers apart, that what was touched bears on. */
export function concerned(touched: Iterable<Cell>): Set<Reader> {
  const readers = new Set<Reader>();
  const stale: Derived[] = [];
  const mark = (cell: Cell): void => {
    for (const reader of cell.readers) {
      if (!(reader instanceof Derived)) readers.add(reader);
      else if (reader.expire()) stale.push(reader);
    }
  };
  for (const cell of touched) mark(cell);
  // It grows while it is gone through: what comes out otherwise bears on more.
  for (const derived of stale) if (derived.takeChange()) mark(derived);
  return readers;
}
