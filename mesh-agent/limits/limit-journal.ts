import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  applyLine,
  type JournalEntry,
  type JournalLine,
  lineOfDraw,
  lineOfEntry,
} from "#core/rate-limit/journal-entries.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import type { LedgerJournal } from "#core/rate-limit/ledger-journal.ts";
import type { Logger } from "#node/log.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Of a longer one only where it stands is kept. */
const BYTES_MAX = 4_000_000;
const NAME = /^([\da-f-]{36})\.log$/;

export const journalFile = (dir: string, run: string): string => join(dir, `${run}.log`);

/**
 * A file of one run, to which a line is appended for each request before it is answered: a process that is killed has written it.
 * Where the disk is full nothing is taken.
 */
export class LimitJournal implements LedgerJournal {
  readonly #dir: string;
  readonly #file: string;
  readonly #log: Logger;
  readonly #entries = new Map<string, JournalEntry>();
  #fd: number | undefined;
  #bytes = 0;
  #isFailing = false;

  constructor(dir: string, run: string, log: Logger) {
    this.#dir = dir;
    this.#file = journalFile(dir, run);
    this.#log = log;
  }

  took(key: string, units: number): boolean {
    const atMs = Date.now();
    if (!this.#write([key, units, atMs])) return false;
    applyLine(this.#entries, [key, units, atMs]);
    return true;
  }

  returned(key: string, units: number): void {
    this.#keep([key, -units, this.#entries.get(key)?.atMs ?? Date.now()]);
  }

  drew(draw: Draw): void {
    this.#keep(lineOfDraw(draw, this.#entries.get(draw.key)?.atMs ?? Date.now()));
  }

  closed(key: string): void {
    this.#keep([key]);
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }

  /** What is lost of it is charged, and not let through: no harm that would stop anybody. */
  #keep(line: JournalLine): void {
    applyLine(this.#entries, line);
    this.#write(line);
    // A key that is asked for all the time is never closed.
    if (this.#bytes > BYTES_MAX) this.#compact();
  }

  #write(line: JournalLine): boolean {
    try {
      if (this.#fd === undefined) {
        mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
        this.#fd = openSync(this.#file, "a", 0o600);
      }
      const text = Buffer.from(`${JSON.stringify(line)}\n`);
      // A line that was cut off by a full disk ends before the next one.
      const written = writeSync(this.#fd, this.#isFailing ? Buffer.concat([Buffer.from("\n"), text]) : text);
      if (written < text.length) throw new Error("there is no room for a whole line");
      this.#bytes += text.length;
      if (this.#isFailing) this.#log.info("what quotas let through can be written down again", { file: this.#file });
      this.#isFailing = false;
      return true;
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error("what quotas let through cannot be written down: nothing is, until it can", {
          file: this.#file,
          error: String(error),
        });
      this.#isFailing = true;
      return false;
    }
  }

  #compact(): void {
    this.#bytes = 0;
    try {
      this.close();
      writeJournal(this.#file, this.#entries);
    } catch {
      // It is longer than it need be.
    }
  }
}

/** Runs that have one: none where nothing was ever written. Throws where that cannot be read. */
export function journalRuns(dir: string): string[] {
  try {
    return readdirSync(dir).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Instead of whatever is there. */
export function writeJournal(file: string, entries: Iterable<readonly [key: string, entry: JournalEntry]>): void {
  const lines = [...entries].map(([key, entry]) => `${JSON.stringify(lineOfEntry(key, entry))}\n`);
  writeFileDurably(file, lines.join(""));
}

/** What a run that is over had; lines that were cut off are none. */
export function readJournal(file: string): ReadonlyMap<string, JournalEntry> {
  const entries = new Map<string, JournalEntry>();
  for (const text of readFileSync(file, "utf8").split("\n")) {
    const line = parseLine(text);
    if (line !== undefined) applyLine(entries, line);
  }
  return entries;
}

function parseLine(text: string): JournalLine | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read) || ![1, 3, 5].includes(read.length)) return undefined;
    const [key, ...numbers] = read as readonly unknown[];
    return typeof key === "string" && numbers.every((value) => Number.isFinite(value))
      ? (read as unknown as JournalLine)
      : undefined;
  } catch {
    return undefined;
  }
}
