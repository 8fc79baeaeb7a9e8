import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { PharosError } from "#core/errors.ts";

/** What was written, by kind. */
export type Tally = Readonly<Record<string, number>>;

/** What a store had acknowledged: `tally` counts since the ledger began. */
export interface LedgerEntry {
  readonly commits: number;
  /** When the last commit was made. */
  readonly atMs: number;
  readonly tally: Tally;
}

/** "new": there was none; "damaged": it was there, and says nothing any more. */
export type LedgerState = "new" | "whole" | "damaged";

const SLOT_BYTES = 4096;
const SLOTS = 2;

/**
 * A small file beside a store that says how far the store had come. The store keeps the same entry inside: one that is
 * behind its ledger has lost what is between them. Entries are written in turns to two places that the file has from the
 * start, so that a write that is torn leaves the one before, and that a full disk takes them.
 */
export class LedgerFile {
  readonly state: LedgerState;
  /** The newest entry when it was opened; undefined unless `state` is "whole". */
  readonly found: LedgerEntry | undefined;
  readonly #file: FileHandle;
  /** Where the next entry goes: never over the newest that is there. */
  #slot: number;
  #isBehind = false;
  #next: LedgerEntry | undefined;
  #queued: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, { state, found, slot }: FoundLedger) {
    this.#file = file;
    this.state = state;
    this.found = found;
    this.#slot = (slot + 1) % SLOTS;
  }

  static async open(path: string): Promise<LedgerFile> {
    const ledger = await readLedger(path);
    const { state } = ledger;
    const file = await open(path, state === "new" ? "wx+" : "r+", 0o600).catch((error) => refuse(path, error));
    // On a full disk its room is taken by the first entry that fits.
    if (state !== "whole")
      await file.write(Buffer.alloc(SLOT_BYTES * SLOTS, " "), 0, SLOT_BYTES * SLOTS, 0).catch(() => undefined);
    return new LedgerFile(file, ledger);
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
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    this.#queued = undefined;
    const entry = this.#next;
    if (entry === undefined) return;
    const slot = encode(entry);
    await this.#file.write(slot, 0, slot.length, this.#slot * SLOT_BYTES);
    await this.#file.datasync();
    // Not by the entry's number: of those that come at once only the newest is written, and it may be the same again.
    this.#slot = (this.#slot + 1) % SLOTS;
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

interface FoundLedger {
  readonly state: LedgerState;
  readonly found: LedgerEntry | undefined;
  /** Of `found`. */
  readonly slot: number;
}

/** Reads a ledger without making one. */
export async function readLedger(path: string): Promise<FoundLedger> {
  let bytes: Buffer;
  try {
    const file = await open(path, "r");
    try {
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { state: "new", found: undefined, slot: 0 };
    return refuse(path, error as NodeJS.ErrnoException);
  }
  const entries = Array.from({ length: SLOTS }, (_, slot) => ({
    slot,
    found: decode(bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES)),
  })).filter(({ found }) => found !== undefined);
  const newest = entries.sort((one, other) => (other.found?.commits ?? 0) - (one.found?.commits ?? 0))[0];
  if (newest !== undefined) return { state: "whole", ...newest };
  const isBlank = bytes.length === SLOT_BYTES * SLOTS && bytes.every((byte) => byte === 0x20);
  return { state: isBlank ? "whole" : "damaged", found: undefined, slot: 0 };
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

function encode(entry: LedgerEntry): Buffer {
  const text = JSON.stringify(entry);
  const slot = Buffer.alloc(SLOT_BYTES, " ");
  const line = `${digest(text)} ${text}\n`;
  if (slot.write(line) !== Buffer.byteLength(line)) throw new RangeError("a ledger entry is longer than its place");
  return slot;
}

function decode(slot: Buffer): LedgerEntry | undefined {
  const line = slot.toString("utf8").trimEnd();
  const text = line.slice(DIGEST_CHARS + 1);
  return line.slice(0, DIGEST_CHARS) === digest(text) ? (JSON.parse(text) as LedgerEntry) : undefined;
}

const DIGEST_CHARS = 32;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_CHARS);
}
