import { PharosError } from "#core/errors.ts";
import type { Refused } from "#core/limits/limit-book.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import { type Redact, redactAlways } from "#core/telemetry/redact-headers.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { ResourceLogs } from "#proto/gen/opentelemetry/proto/logs/v1/logs_pb.js";
import { type ResourceSpans, ResourceSpansSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { describeSpans } from "#server/telemetry/ingest/describe-spans.ts";
import { IngestQueue } from "#server/telemetry/ingest/ingest-queue.ts";
import type { LabelBook } from "#server/telemetry/ingest/label-book.ts";
import { moveOf, moveReport, moveSpans } from "#server/telemetry/ingest/move-times.ts";
import { canBe } from "#server/telemetry/ingest/possible-figures.ts";
import { RATE_MAX, RateBook } from "#server/telemetry/ingest/rate-book.ts";
import { readLogs } from "#server/telemetry/ingest/read-logs.ts";
import type { ToldReport } from "#server/telemetry/ingest/read-report.ts";
import { readSample } from "#server/telemetry/ingest/read-sample.ts";
import { readSpans } from "#server/telemetry/ingest/read-spans.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import { RowBudget } from "#server/telemetry/ingest/row-budget.ts";
import {
  CHARACTERS_PER_ROW,
  REPORTS_PER_SECOND,
  ROW_LIMITS,
  textsOfLog,
  textsOfRequest,
  textsOfSpan,
  weightOf,
} from "#server/telemetry/ingest/row-weights.ts";
import { stampReport } from "#server/telemetry/ingest/stamp-report.ts";
import { foldShapes } from "#server/telemetry/ingest/stamp-shapes.ts";
import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";
import {
  EMPTY_BATCH,
  type HeldState,
  type TelemetryBatch,
  type TelemetrySink,
} from "#server/telemetry/ports/telemetry-sink.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

export interface TelemetryIngestOptions {
  readonly sink: TelemetrySink;
  readonly labels: LabelBook;
  readonly now: () => number;
  /** Told of reporters with more labels or reports than they may have. */
  readonly onLimit: (refused: Refused) => void;
  /** Told of windows once they are stored. */
  readonly onStored: (windows: readonly TrafficWindow[]) => void;
}

export interface IngestResult {
  readonly acknowledgedSequence: number;
  /** One sentence for each kind of row that spoke for somebody else or made no sense; those rows were not counted. */
  readonly refused: readonly string[];
  /** What the agent should wait before its next report, so that all agents together can be taken in. */
  readonly reportIntervalMs: number;
}

/** What became of something that was handed over: rows that are not stored and will not be, and why. */
export interface Taken {
  readonly rejected: number;
  readonly why: string | undefined;
}

/** A report as it waits to be stored. */
interface ReadReport {
  /** SPIFFE id. */
  readonly reporter: string;
  /** Whose requests are bounded together. */
  readonly proxy: string;
  readonly workload: string;
  readonly storeId: string;
  readonly sequence: bigint;
  readonly windows: readonly TrafficWindow[];
  readonly requests: readonly RequestRecord[];
  readonly spans: readonly SpanRow[];
  readonly gaps: readonly GapRow[];
  readonly refused: readonly string[];
}

/** Rows that were read of what somebody sent. */
interface Sent<T> {
  readonly rows: readonly T[];
  /** How many it sent; the others made no sense. */
  readonly count: number;
  /** The texts of a row that can be long. */
  readonly texts: (row: T) => readonly string[];
  readonly batch: (taken: readonly T[]) => TelemetryBatch;
}

/** Rows beyond what their party may hand over: for operators, and for who sent them. */
interface TooMany {
  readonly limit: Refused;
  readonly why: string;
}

interface Within<T> {
  readonly taken: readonly T[];
  readonly tooMany: TooMany | undefined;
  readonly giveBack: () => void;
}

/** What agents may be told to wait: a window is a whole number of each but the first, so that few reports tell of two. */
const REPORT_INTERVALS_MS = [1500, 2000, 2500, 5000, WINDOW_MS] as const;

/**
 * Takes in what agents and applications hand over. It promises: a report counts exactly once, however often it is sent; it is
 * acknowledged only when it outlives a kill of this process; rows are counted under their reporter's own identity only. What is not
 * stored, or was before, costs its sender nothing of what it may hand over.
 */
export class TelemetryIngest {
  readonly #options: TelemetryIngestOptions;
  readonly #queue: IngestQueue;
  readonly #rates = new RateBook();
  readonly #spans = new RowBudget(ROW_LIMITS.spans);
  readonly #logs = new RowBudget(ROW_LIMITS.logs);
  readonly #samples = new RowBudget(ROW_LIMITS.samples);
  readonly #gaps = new RowBudget(ROW_LIMITS.gaps);
  readonly #shapes = new RowBudget(ROW_LIMITS.shapes);
  #redact: () => Redact = () => redactAlways;

  constructor(options: TelemetryIngestOptions) {
    const { sink, labels, now, onStored, onLimit } = options;
    this.#options = options;
    this.#queue = new IngestQueue({
      sink,
      labels,
      now,
      onStored,
      onFolded: (folded) => {
        for (const [party, count] of folded) onLimit({ limit: "metric keys", party, count });
      },
      onRefused: (limit, party) => onLimit({ limit, party, count: 1 }),
    });
  }

  /** In place of what it knew: what the store holds, which was just opened. */
  load({ reached, keys }: HeldState): void {
    this.#options.labels.load(keys);
    this.#queue.load(reached);
  }

  /** From now on what is told of headers is shown by this, asked for with each report: the same function while it is. */
  redactBy(redact: () => Redact): void {
    this.#redact = redact;
  }

  /** As it is now. */
  redaction(): Redact {
    return this.#redact();
  }

  /** Rejects with PharosError when the report could not be stored: the agent keeps it and sends it again. */
  takeReport(report: ToldReport, reporter: Reporter): Promise<IngestResult> {
    return this.#takeRead(this.#read(report, reporter));
  }

  /** What is stored of a report, and nothing of how it was told: it waits for a second, with those of all other agents. */
  #read(report: ToldReport, reporter: Reporter): ReadReport {
    const now = this.#options.now();
    const move = moveOf(report, now);
    const { windows, samples, gaps, refused } = stampReport(
      moveReport(report, move),
      { ...reporter, redact: this.#redact() },
      now,
    );
    const resourceSpans = report.resourceSpans.flatMap((bytes) => decodeSpans(bytes) ?? []);
    const unread = report.resourceSpans.length - resourceSpans.length;
    moveSpans(resourceSpans, move);
    const { principal, namespace, revisionAt } = reporter;
    const origin = {
      report: `${principal} ${report.storeId} ${report.sequence}`,
      revisionAt: (atMs: number) => revisionAt?.(atMs) ?? null,
    };
    const workload = `${namespace}/${reporter.workload?.workload ?? UNKNOWN}`;
    return {
      reporter: principal,
      proxy: reporter.instance ?? principal,
      workload,
      storeId: report.storeId,
      sequence: report.sequence,
      windows,
      requests: samples.map((sample, index) => readSample(sample, index, origin)),
      spans: this.#readSpans(resourceSpans, principal, describeSpans(reporter)),
      gaps: gaps.map(({ startMs, endMs, reason, requests }) => ({
        startMs: Number(startMs),
        endMs: Number(endMs),
        workload,
        reason,
        requests: Number(requests),
      })),
      refused: [...refused, ...(unread > 0 ? [`spans that cannot be read: ${unread} lists`] : [])],
    };
  }

  async #takeRead(read: ReadReport): Promise<IngestResult> {
    const { reporter, workload, storeId, sequence } = read;
    let tooMany: TooMany[] = [];
    let impossible = 0;
    const acknowledgedSequence = await this.#queue.add({
      reporter,
      workload,
      storeId,
      sequence,
      charge: () => {
        const { windows, refused, giveBack } = this.#rates.take(read.proxy, read.windows, this.#options.now());
        impossible = refused;
        const within = [
          this.#within(this.#samples, reporter, read.requests, textsOfRequest),
          this.#within(this.#spans, reporter, read.spans, textsOfSpan),
          this.#within(this.#gaps, reporter, read.gaps),
        ] as const;
        tooMany = within.flatMap(({ tooMany }) => tooMany ?? []);
        return {
          windows: this.#withinShapes(reporter, windows),
          requests: within[0].taken,
          spans: within[1].taken,
          gaps: within[2].taken,
          giveBack() {
            giveBack();
            for (const each of within) each.giveBack();
          },
        };
      },
    });
    for (const each of tooMany) this.#options.onLimit(each.limit);
    const refused = [
      ...read.refused,
      ...(impossible > 0 ? [`more requests than a proxy can have (${RATE_MAX} a second): ${impossible} requests`] : []),
      ...tooMany.map(({ why }) => why),
    ];
    return { acknowledgedSequence, refused, reportIntervalMs: this.reportIntervalMs };
  }

  /** What agents are told to wait between their reports. */
  get reportIntervalMs(): number {
    const pace = (this.#queue.agents / REPORTS_PER_SECOND) * 1000;
    return REPORT_INTERVALS_MS.find((intervalMs) => intervalMs >= pace) ?? WINDOW_MS;
  }

  /** `from` names who sent the spans. */
  takeSpans(resourceSpans: readonly ResourceSpans[], from: string): Promise<Taken> {
    return this.#takeRows(this.#spans, from, {
      rows: this.#readSpans(resourceSpans, from),
      count: sumOf(resourceSpans, ({ scopeSpans }) => sumOf(scopeSpans, ({ spans }) => spans.length)),
      texts: textsOfSpan,
      batch: (spans) => ({ ...EMPTY_BATCH, spans }),
    });
  }

  /** The same of what an application logs. */
  takeLogs(resourceLogs: readonly ResourceLogs[], from: string): Promise<Taken> {
    const now = this.#options.now();
    return this.#takeRows(this.#logs, from, {
      rows: readLogs(resourceLogs, from, this.#redact(), now).filter(({ atUs }) => canBe(Number(atUs / 1000n), now)),
      count: sumOf(resourceLogs, ({ scopeLogs }) => sumOf(scopeLogs, ({ logRecords }) => logRecords.length)),
      texts: textsOfLog,
      batch: (logs) => ({ ...EMPTY_BATCH, logs }),
    });
  }

  /** Throws "exhausted", with when to send it again, where its party may hand over nothing at this moment. */
  async #takeRows<T>(budget: RowBudget, from: string, { rows, count, texts, batch }: Sent<T>): Promise<Taken> {
    const { sink, now, onLimit } = this.#options;
    const { taken, tooMany, giveBack } = this.#within(budget, from, rows, texts);
    if (tooMany !== undefined) onLimit(tooMany.limit);
    if (tooMany !== undefined && taken.length === 0)
      throw new PharosError("exhausted", tooMany.why, {
        hint: "send them again later, or fewer: have less of it sampled",
        details: {
          retryAfterMs: Math.max(
            1000,
            budget.waitMs(
              from,
              sumOf(rows, (row) => weightOf(texts(row))),
              now(),
            ),
          ),
        },
      });
    try {
      if (taken.length > 0) await sink.store(batch(taken));
    } catch (error) {
      giveBack();
      throw error;
    }
    const senseless = count - rows.length;
    const why = [
      ...(senseless === 0
        ? []
        : [`${senseless} ${budget.limit.name} without a proper id, or of a time that cannot be`]),
      ...(tooMany === undefined ? [] : [tooMany.why]),
    ];
    return { rejected: count - taken.length, why: why.length === 0 ? undefined : why.join("; ") };
  }

  /** Windows with the shapes that a party may still hand over; all its requests stay counted. */
  #withinShapes(party: string, windows: readonly TrafficWindow[]): readonly TrafficWindow[] {
    const now = this.#options.now();
    const rowsOf = ({ shapes }: TrafficWindow): number =>
      shapes === undefined || shapes.length < 2 ? 0 : shapes.length;
    let left = this.#shapes.take(party, sumOf(windows, rowsOf), now);
    const within = windows.map((window) => {
      const rows = rowsOf(window);
      if (rows > left) return foldShapes(window);
      left -= rows;
      return window;
    });
    if (left > 0) this.#shapes.give(party, left);
    return within;
  }

  /** The first rows that a party may still hand over; what is beyond is told to it and to operators. */
  #within<T>(
    budget: RowBudget,
    party: string,
    rows: readonly T[],
    texts: (row: T) => readonly string[] = () => [],
  ): Within<T> {
    const weights = rows.map((row) => weightOf(texts(row)));
    const granted = budget.take(
      party,
      sumOf(weights, (weight) => weight),
      this.#options.now(),
    );
    let count = 0;
    let used = 0;
    for (const weight of weights) {
      if (used + weight > granted) break;
      used += weight;
      count += 1;
    }
    budget.give(party, granted - used);
    const giveBack = (): void => budget.give(party, used);
    const beyond = rows.length - count;
    if (beyond === 0) return { taken: rows, tooMany: undefined, giveBack };
    const { name, perSecond } = budget.limit;
    return {
      taken: rows.slice(0, count),
      tooMany: {
        limit: { limit: `${name} a second`, party, count: beyond },
        why: `more ${name} than an account may hand over (${perSecond} a second, of ${CHARACTERS_PER_ROW} characters each): ${beyond} ${name}`,
      },
      giveBack,
    };
  }

  /** Without those of a time that cannot be: they would be the newest for ever, and never too old to keep. */
  #readSpans(
    resourceSpans: readonly ResourceSpans[],
    from: string,
    whose: Readonly<Record<string, string>> = {},
  ): SpanRow[] {
    const now = this.#options.now();
    return readSpans(resourceSpans, from, this.#redact(), whose).filter(({ startUs }) =>
      canBe(Number(startUs / 1000n), now),
    );
  }
}

function sumOf<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0);
}

/** Spans that cannot be read must not keep the counts beside them from being stored: undefined. */
function decodeSpans(bytes: Uint8Array): ResourceSpans | undefined {
  try {
    return readMessage(ResourceSpansSchema, bytes);
  } catch {
    return undefined;
  }
}
