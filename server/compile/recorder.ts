/** Something that can be asked, whose answer an edit may change. */
export interface Cell {
  readonly readers: Readers;
  /** Nobody depends on it any more: what is kept of it can go. */
  onUnread(): void;
}

/** Somebody whose result follows from what it asked. */
export interface Reader {
  /** What it asked when it was last computed, each once. */
  reads: readonly Cell[];
}

/** Who depends on a cell. There are many cells and most have one reader: a set is made for more. */
export class Readers implements Iterable<Reader> {
  #one: Reader | undefined;
  #several: Set<Reader> | undefined;

  get size(): number {
    return this.#several?.size ?? (this.#one === undefined ? 0 : 1);
  }

  add(reader: Reader): void {
    if (this.#several !== undefined) this.#several.add(reader);
    else if (this.#one === undefined) this.#one = reader;
    else if (this.#one !== reader) {
      this.#several = new Set([this.#one, reader]);
      this.#one = undefined;
    }
  }

  delete(reader: Reader): void {
    this.#several?.delete(reader);
    if (this.#one === reader) this.#one = undefined;
  }

  [Symbol.iterator](): Iterator<Reader> {
    return (this.#several ?? (this.#one === undefined ? [] : [this.#one]))[Symbol.iterator]();
  }
}

/** Notes who asks what, so that an edit finds those whose answers it changed, and nobody else. */
export class Recorder {
  #current: { readonly reader: Reader; readonly reads: Set<Cell> } | undefined;

  get isRecording(): boolean {
    return this.#current !== undefined;
  }

  /** Runs `ask`. What it reads is from here on what `reader` depends on, also where it throws: then it is asked again when one of these changes. */
  record<T>(reader: Reader, ask: () => T): T {
    const outer = this.#current;
    const before = reader.reads;
    const reads = new Set<Cell>();
    this.#current = { reader, reads };
    try {
      return ask();
    } finally {
      this.#current = outer;
      reader.reads = [...reads];
      for (const cell of before) if (!reads.has(cell)) unlink(cell, reader);
    }
  }

  /** Runs `ask` without noting what it reads. */
  pause<T>(ask: () => T): T {
    const outer = this.#current;
    this.#current = undefined;
    try {
      return ask();
    } finally {
      this.#current = outer;
    }
  }

  /** Whoever is being computed depends on this. */
  note(cell: Cell): void {
    if (this.#current === undefined) return;
    this.#current.reads.add(cell);
    // At once: a cell that nobody else reads must not go while this is being computed.
    cell.readers.add(this.#current.reader);
  }
}

const NOTHING: readonly Cell[] = [];

/** The reader is gone: nothing depends on its result. */
export function forget(reader: Reader): void {
  const { reads } = reader;
  reader.reads = NOTHING;
  for (const cell of reads) unlink(cell, reader);
}

function unlink(cell: Cell, reader: Reader): void {
  cell.readers.delete(reader);
  if (cell.readers.size === 0) cell.onUnread();
}
