import { PharosError } from "#core/errors.ts";
import type { Refused } from "#core/limits/limit-book.ts";
import type { SeriesLabels } from "#core/promql/series-labels.ts";
import {
  type BookedSeries,
  ForeignSeriesBook,
  faultOf,
  type SeriesBounds,
} from "#server/telemetry/ingest/foreign-series-book.ts";
import { disown, faultOfName } from "#server/telemetry/ingest/reserved-series.ts";
import { RowBudget, type RowLimit } from "#server/telemetry/ingest/row-budget.ts";
import type { Retention } from "#server/telemetry/ports/retention.ts";
import type { MetricSeries, SampleRow } from "#server/telemetry/ports/sample-row.ts";
import type { SampleSink } from "#server/telemetry/ports/sample-sink.ts";

/** A series as it is handed over. */
export interface ToldSeries {
  readonly labels: SeriesLabels;
  readonly samples: readonly { readonly atMs: number; readonly value: number | null }[];
}

/** What became of what was handed over; the rest is not worth sending again. */
export interface TakenSamples {
  readonly stored: number;
  readonly rejected: number;
  /** Of the first that was rejected. */
  readonly why?: string | undefined;
}

export interface SampleIngestOptions {
  readonly sink: SampleSink;
  readonly now: () => number;
  /** How long samples are kept. */
  readonly retention: Pick<Retention, "pointsMs">;
  readonly onLimit: (refused: Refused) => void;
  readonly bounds?: SeriesBounds;
  readonly limit?: RowLimit;
}

const BOUNDS: SeriesBounds = { perAccount: 50_000, inSum: 200_000 };
const LIMIT: RowLimit = { name: "samples of other series", perSecond: 20_000, atOnce: 400_000 };
/** Samples that wait to be stored; beyond it the sender tries again later. */
const WAITING_MAX = 400_000;
/** A sample may be so much older than the newest of its series, and so far ahead of this server's clock. */
const LATE_MS_MAX = 3_600_000;
const AHEAD_MS_MAX = 600_000;
/** Whose the server's own series are. A token of this name has no part in them: what it sends is another's. */
const OWN_ACCOUNT = "pharos serve";
/** What an account waits that sent too much. */
const RETRY_MS = 1000;

interface Waiting {
  readonly rows: readonly SampleRow[];
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/** Others' series on their way into the store: bounded for each account, and once each however often they are sent. */
export class SampleIngest {
  readonly #options: SampleIngestOptions;
  readonly #book: ForeignSeriesBook;
  readonly #budget: RowBudget;
  #waiting: Waiting[] = [];
  #rowsWaiting = 0;
  #isStoring = false;

  constructor(options: SampleIngestOptions) {
    this.#options = options;
    this.#book = new ForeignSeriesBook(options.bounds ?? BOUNDS);
    this.#budget = new RowBudget(options.limit ?? LIMIT);
  }

  /** What a store holds that was opened. */
  load(all: Iterable<MetricSeries>): void {
    this.#book.load(all);
  }

  /**
   * Resolves when all that was not rejected is stored. Rejects with "exhausted", and when to send it again, where the account sends too
   * much, and with "unavailable" where too much waits: then nothing was taken, and it may be sent again. What only this server can know is
   * not taken, and what has the labels of its own series is renamed.
   */
  take(account: string, told: Iterable<ToldSeries>): Promise<TakenSamples> {
    return this.#take(told, { account, isOwn: false });
  }

  /** What the server tells of itself, however much others send. */
  takeOwn(told: Iterable<ToldSeries>): Promise<TakenSamples> {
    return this.#take(told, { account: OWN_ACCOUNT, isOwn: true });
  }

  async #take(
    told: Iterable<ToldSeries>,
    { account, isOwn }: { readonly account: string; readonly isOwn: boolean },
  ): Promise<TakenSamples> {
    const { now, onLimit } = this.#options;
    const nowMs = now();
    const rows: SampleRow[] = [];
    const newest: { readonly booked: BookedSeries; readonly row: SampleRow }[] = [];
    let rejected = 0;
    let stored = 0;
    let why: string | undefined;
    const reject = (count: number, reason: string): void => {
      rejected += count;
      why ??= reason;
    };
    for (const { labels: sent, samples } of told) {
      const labels = isOwn ? sent : disown(sent);
      const fault = faultOf(labels) ?? (isOwn ? undefined : faultOfName(labels));
      if (fault !== undefined) {
        reject(samples.length, fault);
        continue;
      }
      const booked = isOwn ? this.#book.findOwn(account, labels) : this.#book.find(account, labels);
      if (booked === undefined) {
        onLimit({ limit: "other series", party: account, count: samples.length });
        reject(samples.length, `${account} has as many series as it may have`);
        continue;
      }
      let last: SampleRow | undefined;
      for (const { atMs, value } of samples) {
        const late = this.#faultOfTime(booked, atMs, value, nowMs);
        if (late === "known") stored += 1;
        else if (late !== undefined) reject(1, late);
        else {
          const row: SampleRow = { series: booked.series, atMs, value };
          rows.push(row);
          if (last === undefined || atMs >= last.atMs) last = row;
        }
      }
      if (last !== undefined) newest.push({ booked, row: last });
    }
    if (rows.length > 0) {
      if (!isOwn) this.#admit(account, rows.length, nowMs);
      await this.#store(rows);
      for (const { booked, row } of newest) {
        if (row.atMs < booked.lastMs) continue;
        booked.lastMs = row.atMs;
        booked.lastValue = row.value;
      }
    }
    return { stored: stored + rows.length, rejected, why };
  }

  /** Forgets series that retention took away. */
  dropIdle(): void {
    this.#book.dropIdle(this.#options.now() - this.#options.retention.pointsMs);
  }

  /** "known": it is stored already. */
  #faultOfTime(booked: BookedSeries, atMs: number, value: number | null, nowMs: number): string | undefined {
    const { lastMs, lastValue } = booked;
    if (!Number.isSafeInteger(atMs)) return "a time that is no whole number of milliseconds";
    if (atMs > nowMs + AHEAD_MS_MAX)
      return `a sample is ${Math.round((atMs - nowMs) / 1000)} s ahead of this server's clock`;
    if (atMs < nowMs - this.#options.retention.pointsMs) return "a sample is older than what is kept";
    if (atMs > lastMs) return undefined;
    if (atMs === lastMs) return Object.is(value, lastValue) ? "known" : "duplicate sample for timestamp";
    return atMs < lastMs - LATE_MS_MAX ? "out of order sample" : undefined;
  }

  #admit(account: string, count: number, nowMs: number): void {
    if (this.#rowsWaiting + count > WAITING_MAX)
      throw new PharosError("unavailable", `${this.#rowsWaiting} samples wait to be stored`, {
        hint: "send it again later",
      });
    const taken = this.#budget.take(account, count, nowMs);
    if (taken === count) return;
    this.#budget.give(account, taken);
    this.#options.onLimit({ limit: this.#budget.limit.name, party: account, count });
    throw new PharosError("exhausted", `${account} sends more than ${this.#budget.limit.perSecond} samples a second`, {
      hint: "send it again later, or fewer series",
      details: { retryAfterMs: RETRY_MS },
    });
  }

  /** What comes while something is stored goes together in the next transaction. */
  #store(rows: readonly SampleRow[]): Promise<void> {
    this.#rowsWaiting += rows.length;
    return new Promise<void>((done, fail) => {
      this.#waiting.push({ rows, done, fail });
      if (!this.#isStoring) void this.#storeAll();
    });
  }

  async #storeAll(): Promise<void> {
    this.#isStoring = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#options.sink.store(batch.flatMap(({ rows }) => rows));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
      for (const { rows } of batch) this.#rowsWaiting -= rows.length;
    }
    this.#isStoring = false;
  }
}
