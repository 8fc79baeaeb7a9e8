import type { LineClock } from "#mesh-agent/telemetry/line-clock.ts";

/** What Envoy itself counted, at some moment from `fromMs` to `atMs`. */
export interface CounterReading {
  readonly fromMs: number;
  readonly atMs: number;
  /** The earliest time at which this Envoy may have started. */
  readonly startedMs: number;
  /** HTTP requests that have ended since then. */
  readonly completed: number;
}

export interface Gap {
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: string;
  readonly requests: number;
}

/** Kept over restarts of the agent. */
export interface LedgerState {
  readonly startedMs: number;
  /** Lines there were when this Envoy had counted nothing. */
  readonly base: number;
  readonly completed: number;
  readonly atMs: number;
  /** Of this Envoy's requests, those already told of as missing. */
  readonly reported: number;
  /** The agent stopped Envoy itself, after it had written everything. */
  readonly isClean: boolean;
}

type Lines = Pick<LineClock, "until" | "reachesBack">;

/** Envoy tells its age in whole seconds. */
const SAME_START_MS = 2500;
/** Lines are counted to within 20 ms. */
const CLOCK_SLACK_MS = 20;

/**
 * Holds the lines that were read against what Envoy counted. Lines may be ahead (requests that end while one looks), so
 * what it finds missing is a lower bound, and never found twice.
 */
export class RequestLedger {
  #state: LedgerState | undefined;

  readonly #isFirst: boolean;

  /** `isFirst`: nobody has read this log before, so all that Envoy has counted is held against its lines. */
  constructor(state: LedgerState | undefined, isFirst = false) {
    this.#state = state;
    this.#isFirst = isFirst;
  }

  get state(): LedgerState | undefined {
    return this.#state;
  }

  /** Of a log that was read from its first line on: all that Envoy has counted will be held against it, whoever comes next. */
  begin({ startedMs, ...reading }: CounterReading, lines: Lines): void {
    if (this.#state !== undefined || !this.#isFirst || !lines.reachesBack(startedMs - CLOCK_SLACK_MS)) return;
    const started = { ...reading, startedMs, atMs: startedMs, completed: 0 };
    this.#begin(started, lines.until(startedMs - CLOCK_SLACK_MS));
  }

  /** All lines of requests that had ended at the time of the reading must have been read by now. */
  compare(reading: CounterReading, lines: Lines): Gap[] {
    this.begin(reading, lines);
    const before = this.#state;
    const counted = lines.until(reading.atMs);
    if (before === undefined) {
      this.#beginHere(reading, lines);
      return [];
    }
    const gaps: Gap[] = [];
    if (Math.abs(reading.startedMs - before.startedMs) > SAME_START_MS || reading.completed < before.completed) {
      if (!before.isClean) gaps.push(this.#endOf(before, reading, lines));
      const startedMs = reading.startedMs - CLOCK_SLACK_MS;
      if (!lines.reachesBack(startedMs)) {
        this.#beginHere(reading, lines);
        return gaps;
      }
      this.#begin(reading, lines.until(startedMs));
    }
    const current = this.#state ?? before;
    const missing = current.base + reading.completed - counted;
    if (missing > current.reported) {
      gaps.push({
        startMs: before.atMs,
        endMs: reading.atMs,
        reason: "Envoy counted requests that its access log does not tell of",
        requests: missing - current.reported,
      });
    }
    this.#state = {
      ...current,
      atMs: reading.atMs,
      completed: reading.completed,
      reported: Math.max(current.reported, missing),
    };
    return gaps;
  }

  /** Envoy was drained and stopped on purpose: its log is complete. */
  markClean(): void {
    if (this.#state !== undefined) this.#state = { ...this.#state, isClean: true };
  }

  /** Of an Envoy whose first lines are not known any more: a base that is too high would find requests missing that are not. */
  #beginHere(reading: CounterReading, lines: Lines): void {
    this.#begin(reading, lines.until(reading.fromMs - CLOCK_SLACK_MS) - reading.completed);
  }

  #begin({ startedMs, atMs, completed }: CounterReading, base: number): void {
    this.#state = { startedMs, base, completed, atMs, reported: 0, isClean: false };
  }

  /** What the Envoy before counted until it was last asked, and what happened after that nobody knows. */
  #endOf(before: LedgerState, reading: CounterReading, lines: Lines): Gap {
    const missing = Math.max(0, before.base + before.completed - lines.until(before.atMs) - before.reported);
    return {
      startMs: before.atMs,
      endMs: Math.max(before.atMs, reading.startedMs),
      reason: "Envoy ended without finishing its access log: requests of its last moments may not be told of",
      requests: missing,
    };
  }
}
