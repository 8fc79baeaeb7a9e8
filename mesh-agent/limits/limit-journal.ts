import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
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
import { applyStreamLine, readStreamLine, type StreamEntry, type StreamLine } from "#core/rate-limit/stream-entries.ts";
import type { Logger } from "#node/log.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Of a longer one only where it stands is kept. */
const BYTES_MAX = 4_000_000;
const NAME = /^([\da-f-]{36})\.log$/;

export const journalFile = (dir: string, run: string): string => join(dir, `${run}.log`);

type Line = JournalLine | StreamLine;

/**
 * A file of one run, to which a line is appended for each request before it is answered: a process that is killed has written it.
 * Where the disk is full nothing is taken of ledgers. Requests whose cost grows have lines too, from which the next run goes on.
 */
export class LimitJournal implements LedgerJournal {
  readonly #dir: string;
  readonly #file: string;
  readonly #log: Logger;
  readonly #entries = new Map<string, JournalEntry>();
  readonly #streams = new Map<string, StreamEntry>();
  /** Lines that are written together. */
  #together: Line[] | undefined;
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

  /** How far a request has come whose cost grows; with nothing but its name, it has ended. */
  noteStream(line: StreamLine): void {
    applyStreamLine(this.#streams, line);
    this.#write(line);
    if (this.#bytes > BYTES_MAX) this.#compact();
  }

  /** Whether what was noted last is not on the file. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** What `work` writes down is on the file as a whole or not at all. It takes nothing that may be refused. */
  together(work: () => void): void {
    if (this.#together !== undefined) {
      work();
      return;
    }
    const lines: Line[] = [];
    this.#together = lines;
    try {
      work();
    } finally {
      this.#together = undefined;
      if (lines.length > 0) this.#write(...lines);
    }
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

  #write(...lines: Line[]): boolean {
    if (this.#together !== undefined) {
      this.#together.push(...lines);
      return true;
    }
    try {
      if (this.#fd === undefined) {
        mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
        this.#fd = openSync(this.#file, "a", 0o600);
      }
      const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      // A line that was cut off by a full disk ends before the next one.
      const written = writeSync(this.#fd, this.#isFailing ? Buffer.concat([Buffer.from("\n"), text]) : text);
      if (written < text.length) throw new Error("there is no room for whole lines");
      this.#bytes += text.length;
      if (this.#isFailing) this.#log.info("what limits let through can be written down again", { file: this.#file });
      this.#isFailing = false;
      return true;
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error("what limits let through cannot be written down: quotas let nothing through until it can", {
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
      writeJournal(this.#file, this.#entries, this.#streams);
      // What was to be written with the rest is in the state that is written now.
      this.#together?.splice(0);
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
export function writeJournal(
  file: string,
  entries: Iterable<readonly [key: string, entry: JournalEntry]>,
  streams: Iterable<readonly [id: string, entry: StreamEntry]> = [],
): void {
  const lines: Line[] = [...entries].map(([key, entry]) => lineOfEntry(key, entry));
  for (const [id, entry] of streams) lines.push({ id, ...entry });
  writeFileDurably(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** What a run that is over had; lines that were cut off are none. */
export function readJournal(file: string): ReadonlyMap<string, JournalEntry> {
  const entries = new Map<string, JournalEntry>();
  for (const line of readLines(file)) if (!isOfStream(line)) applyLine(entries, line);
  return entries;
}

/** Requests of runs that are over whose end none of these runs heard of. Files that cannot be read have none. */
export function readStreams(files: readonly string[]): ReadonlyMap<string, StreamEntry> {
  const streams = new Map<string, StreamEntry>();
  // What one run did not hear the end of the next may have: each has what it took over as its own.
  for (const file of [...files].sort((a, b) => changedMs(a) - changedMs(b)))
    try {
      for (const line of readLines(file)) if (isOfStream(line)) applyStreamLine(streams, line);
    } catch {
      // Who tells of the file says so.
    }
  return streams;
}

const changedMs = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const isOfStream = (line: Line): line is StreamLine => !Array.isArray(line);

const readLines = (file: string): Line[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text) => parseLine(text) ?? []);

function parseLine(text: string): [Line] | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== "object" || read === null) return undefined;
    if (!Array.isArray(read)) {
      const line = readStreamLine(read);
      return line && [line];
    }
    if (![1, 3, 5].includes(read.length)) return undefined;
    const [key, ...numbers] = read as readonly unknown[];
    return typeof key === "string" && numbers.every((value) => Number.isFinite(value))
      ? [read as unknown as JournalLine]
      : undefined;
  } catch {
    return undefined;
  }
}
