import { createHash } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { type FoundSlots, readSlots, SlotFile, type SlotFormat, type SlotState } from "#node/slot-file.ts";

/** What was written, by kind. */
export type Tally = Readonly<Record<string, number>>;

/** What a store had acknowledged: `tally` counts since the ledger began. */
export interface LedgerEntry {
  readonly commits: number;
  /** When the last commit was made. */
  readonly atMs: number;
  readonly tally: Tally;
}

/** Digest and entry, in a line of text. */
const FORMAT: SlotFormat<LedgerEntry> = {
  slotBytes: 4096,
  blank: 0x20,
  encode(entry) {
    const text = JSON.stringify(entry);
    return `${digest(text)} ${text}\n`;
  },
  decode(slot) {
    const line = slot.trimEnd();
    const text = line.slice(DIGEST_CHARS + 1);
    return line.slice(0, DIGEST_CHARS) === digest(text) ? (JSON.parse(text) as LedgerEntry) : undefined;
  },
  order: ({ commits }) => commits,
};

/**
 * A small file beside a store that says how far the store had come. The store keeps the same entry inside: one that is
 * behind its ledger has lost what is between them.
 */
export class LedgerFile {
  readonly state: SlotState;
  /** The newest entry when it was opened; undefined unless `state` is "whole". */
  readonly found: LedgerEntry | undefined;
  readonly #file: SlotFile<LedgerEntry>;
  #isBehind = false;
  #next: LedgerEntry | undefined;
  #queued: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: SlotFile<LedgerEntry>) {
    this.#file = file;
    this.state = file.found.state;
    this.found = file.found.newest;
  }

  static async open(path: string): Promise<LedgerFile> {
    try {
      // On a full disk its room is taken by the first entry that fits.
      return new LedgerFile(SlotFile.open(path, FORMAT, false));
    } catch (error) {
      return refuse(path, error as NodeJS.ErrnoException);
    }
  }

  /** On the disk when it resolves. Of entries that come while one is written only the newest is. */
  write(entry: LedgerEntry): Promise<void> {
    this.#next = entry;
    this.#queued ??= this.#last.then(() => this.#flush());
    this.#last = this.#queued.catch(() => undefined);
    return this.#queued;
  }

  /** The same for a store whose commit stands where this file cannot be written; the first failure of a row is told. */
  async follow(entry: LedgerEntry, onBehind: (error: unknown) => void): Promise<void> {
    try {
      await this.write(entry);
      this.#isBehind = false;
    } catch (error) {
      if (!this.#isBehind) onBehind(error);
      this.#isBehind = true;
    }
  }

  async close(): Promise<void> {
    await this.#last;
    this.#file.close();
  }

  async #flush(): Promise<void> {
    this.#queued = undefined;
    if (this.#next === undefined) return;
    this.#file.write(this.#next);
    await this.#file.sync();
  }
}

function refuse(path: string, cause: NodeJS.ErrnoException): never {
  if (cause.code === "ENOSPC")
    throw new PharosError("exhausted", `the ledger ${path} cannot be made: its disk is full`, {
      hint: "free some space",
      cause,
    });
  throw new PharosError("unavailable", `the ledger ${path} cannot be opened: ${cause.message}`, {
    hint: "give the user who runs the server read and write permission on it",
    cause,
  });
}

/** Reads a ledger without making one. */
export async function readLedger(
  path: string,
): Promise<{ readonly state: SlotState; readonly found: LedgerEntry | undefined }> {
  let slots: FoundSlots<LedgerEntry>;
  try {
    slots = readSlots(path, FORMAT);
  } catch (error) {
    return refuse(path, error as NodeJS.ErrnoException);
  }
  return { state: slots.state, found: slots.newest };
}

/** What `later` has more than `earlier`, by kind; kinds of which it has no more are left out. */
export function differenceOf(later: Tally, earlier: Tally): Tally {
  return Object.fromEntries(
    Object.entries(later).flatMap(([kind, count]) => {
      const more = count - (earlier[kind] ?? 0);
      return more > 0 ? [[kind, more]] : [];
    }),
  );
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum: Record<string, number> = {};
  for (const tally of tallies) for (const [kind, count] of Object.entries(tally)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}

/** `stored` and what `more` says was written since. */
export function addTo(stored: LedgerEntry, more: Tally, atMs: number): LedgerEntry {
  return { commits: stored.commits + 1, atMs, tally: sumOf([stored.tally, more]) };
}

export const EMPTY_LEDGER: LedgerEntry = { commits: 0, atMs: 0, tally: {} };

const DIGEST_CHARS = 32;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARS);
}
