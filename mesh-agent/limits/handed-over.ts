import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** Of more the oldest are not told. */
const STREAMS_MAX = 10_000;
/** Of a longer file only what is not heard yet is kept. */
const BYTES_MAX = 1_000_000;

/** What is told at once, until it is heard. */
export interface Handed {
  readonly mark: number;
  readonly streams: readonly LastingStream[];
}

/**
 * What the log says of requests that last, until who decides has heard it. Of an end there is one line, and the log is not read
 * again from before it: so ends are on a file from before they are told until they are heard, and the next run begins with them. Told
 * twice does no harm.
 */
export class HandedOver {
  readonly #file: string;
  #unheard: Handed[] = [];
  #count = 0;
  #mark = 0;
  #bytes = 0;

  constructor(file: string) {
    this.#file = file;
    const left = readLeft(file);
    const streams = left.split("\n").flatMap(parseLine);
    if (streams.length > 0) this.#keep(streams);
    this.#bytes = left.length;
  }

  /** In order. */
  get unheard(): readonly Handed[] {
    return this.#unheard;
  }

  /** Written down when it returns, where the disk has room. */
  add(streams: readonly LastingStream[]): Handed {
    const handed = this.#keep(streams);
    const ends = linesOf(streams);
    if (ends !== "") this.#write(ends);
    return handed;
  }

  /** All up to that one. */
  heard(mark: number): void {
    this.#unheard = this.#unheard.filter((each) => each.mark > mark);
    this.#count = this.#unheard.reduce((sum, { streams }) => sum + streams.length, 0);
    if (this.#count > 0 || this.#bytes === 0) return;
    try {
      rmSync(this.#file, { force: true });
      this.#bytes = 0;
    } catch {
      // What stays there is told once more by the next run, which does no harm.
    }
  }

  #keep(streams: readonly LastingStream[]): Handed {
    this.#mark += 1;
    const handed = { mark: this.#mark, streams: streams.slice(-STREAMS_MAX) };
    this.#unheard.push(handed);
    this.#count += handed.streams.length;
    while (this.#count > STREAMS_MAX) this.#count -= this.#unheard.shift()?.streams.length ?? this.#count;
    return handed;
  }

  #write(ends: string): void {
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      if (this.#bytes + ends.length > BYTES_MAX) {
        const all = this.#unheard.map(({ streams }) => linesOf(streams)).join("");
        writeFileDurably(this.#file, all);
        this.#bytes = all.length;
      } else {
        appendFileSync(this.#file, ends, { mode: 0o600 });
        this.#bytes += ends.length;
      }
    } catch {
      // Who decides hears it all the same; a disk without room is told of by the journal.
    }
  }
}

/** Of those that have ended: what is heard of others is heard again. Each begins a line, for the one before may be half of one on a full disk. */
const linesOf = (streams: readonly LastingStream[]): string =>
  streams
    .filter(({ hasEnded }) => hasEnded)
    .map(({ id, status, bytes }) => `\n${JSON.stringify([id, status, bytes])}`)
    .join("");

function readLeft(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function parseLine(line: string): LastingStream[] {
  try {
    const [id, status, bytes] = JSON.parse(line) as readonly unknown[];
    if (typeof id !== "string" || typeof status !== "number" || typeof bytes !== "number") return [];
    return [{ id, status, bytes, hasEnded: true }];
  } catch {
    return [];
  }
}
