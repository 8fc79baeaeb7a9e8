import { fromBinary } from "@bufbuild/protobuf";
import { buildGraph } from "#core/graph/build-graph.ts";
import type { Graph } from "#core/graph/graph.ts";
import { mergeReporters } from "#core/graph/merge-reporters.ts";
import { selectPairs } from "#core/graph/select-pairs.ts";
import type { Refused } from "#core/limits/limit-book.ts";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { Trace, TraceSummary } from "#core/telemetry/trace.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";
import { type ResourceSpans, ResourceSpansSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import type { ReportRequest } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { RequestQuery, TraceQuery } from "#server/api/services.ts";
import type { ServiceFigures, Telemetry, TimeRange } from "#server/services/dependencies.ts";
import { appendSpan } from "#server/telemetry/append-report.ts";
import { buildSeries } from "#server/telemetry/build-series.ts";
import { describeSpans } from "#server/telemetry/describe-spans.ts";
import { DuckdbFile } from "#server/telemetry/duckdb-file.ts";
import { foldUnknownHosts } from "#server/telemetry/fold-unknown-hosts.ts";
import { IngestQueue } from "#server/telemetry/ingest-queue.ts";
import { KeyTable } from "#server/telemetry/key-table.ts";
import { loadState } from "#server/telemetry/load-state.ts";
import { moveOf, moveReport, moveSpans } from "#server/telemetry/move-times.ts";
import { noteLoss } from "#server/telemetry/note-loss.ts";
import type { OpenedDuckdb } from "#server/telemetry/open-duckdb.ts";
import { planRange, type RangePlan, type RangeRequest } from "#server/telemetry/plan-range.ts";
import { StandardMetrics } from "#server/telemetry/prometheus.ts";
import { listRequests } from "#server/telemetry/query-requests.ts";
import { findTrace, searchTraces } from "#server/telemetry/query-traces.ts";
import { countBySlot, listGaps, sumByKey, sumBySlot } from "#server/telemetry/query-traffic.ts";
import { readSpans, type SpanRow } from "#server/telemetry/read-spans.ts";
import type { Reader } from "#server/telemetry/reader.ts";
import { repeatWork } from "#server/telemetry/repeat-work.ts";
import { DEFAULT_RETENTION, dropOld, keptFrom, type Retention } from "#server/telemetry/retention.ts";
import { type Rolled, rollTargets, rollUp } from "#server/telemetry/roll-up.ts";
import { entryKeys, keysWhere, sparklineKeys } from "#server/telemetry/select-keys.ts";
import { serviceFigures, tallyPairs } from "#server/telemetry/service-figures.ts";
import { canBe, stampReport } from "#server/telemetry/stamp-report.ts";
import type { IngestResult, Reporter, TelemetryStore } from "#server/telemetry/store.ts";
import { TelemetryLedger } from "#server/telemetry/telemetry-ledger.ts";

export interface DuckdbStoreOptions {
  readonly path: string;
  readonly now?: () => number;
  readonly retention?: Partial<Retention>;
  /** What an operator should know: a damaged file was moved aside, maintenance failed. */
  readonly warn?: (message: string) => void;
  /** Told what a damaged file lost. */
  readonly onLoss?: (reason: string) => void;
  /** Told of reporters with more labels than are told apart. */
  readonly onLimit?: (refused: Refused) => void;
  /** Between runs of `maintain`; 0 for never. */
  readonly maintainEveryMs?: number;
}

const MAINTAIN_EVERY_MS = 15_000;
const RETAIN_EVERY_MS = 10 * 60_000;
/** Spans and samples live at least this part of their life, however full the file is. */
const SHRINK_MAX = 0.99;
const SPARKLINE_POINTS = 30;
/** From this length on a graph's start is rounded to minutes, which spares reading fine windows of long ago. */
const LONG_RANGE_MS = 15 * 60_000;
const REPORT_INTERVAL_MS_MIN = 1500;
const REPORT_INTERVAL_MS_MAX = 10_000;
/** Together agents send no more than this many reports a second. */
const REPORTS_PER_SECOND = 150;

/** Telemetry in one DuckDB file. */
export class DuckdbTelemetryStore implements TelemetryStore {
  readonly #options: DuckdbStoreOptions;
  readonly #ledger: TelemetryLedger;
  readonly #retention: Retention;
  readonly #metrics: StandardMetrics;
  readonly #now: () => number;
  #file: DuckdbFile | undefined;
  #keys = new KeyTable();
  #queue: IngestQueue | undefined;
  #rolled: Rolled = { "1m": 0, "10m": 0 };
  /** Start of the oldest window. */
  #firstMs = Number.POSITIVE_INFINITY;
  #retainedAt = 0;
  #shrink = 0;
  #timer: NodeJS.Timeout | undefined;
  #maintaining: Promise<void> | undefined;

  private constructor(options: DuckdbStoreOptions, ledger: TelemetryLedger) {
    this.#options = options;
    this.#ledger = ledger;
    this.#retention = { ...DEFAULT_RETENTION, ...options.retention };
    this.#now = options.now ?? Date.now;
    this.#metrics = new StandardMetrics({
      now: this.#now,
      onFolded: (party) => options.onLimit?.({ limit: "metric series", party, count: 1 }),
    });
  }

  static async open(options: DuckdbStoreOptions): Promise<DuckdbTelemetryStore> {
    const ledger = await TelemetryLedger.open(options.path, (message) => options.warn?.(message));
    const store = new DuckdbTelemetryStore(options, ledger);
    try {
      store.#file = await DuckdbFile.open({
        path: options.path,
        now: store.#now,
        onOpen: (opened) => store.#load(opened),
      });
    } catch (error) {
      await ledger.close();
      throw error;
    }
    const everyMs = options.maintainEveryMs ?? MAINTAIN_EVERY_MS;
    if (everyMs > 0)
      store.#timer = repeatWork(
        everyMs,
        () => store.maintain(),
        (failure) => options.warn?.(`telemetry maintenance: ${failure}`),
      );
    return store;
  }

  async ingest(report: ReportRequest, reporter: Reporter): Promise<IngestResult> {
    const now = this.#now();
    const move = moveOf(report, now);
    const stamped = stampReport(foldUnknownHosts(moveReport(report, move), reporter), reporter, now);
    const resourceSpans = report.resourceSpans.flatMap(decodeSpans);
    moveSpans(resourceSpans, move);
    const spans = this.#readSpans(resourceSpans, reporter.principal, describeSpans(reporter));
    const queue = this.#ready.queue;
    const acknowledgedSequence = await queue.add({ report, reporter, stamped, spans });
    const pace = (queue.agents / REPORTS_PER_SECOND) * 1000;
    const reportIntervalMs = Math.round(Math.min(REPORT_INTERVAL_MS_MAX, Math.max(REPORT_INTERVAL_MS_MIN, pace)));
    return { acknowledgedSequence, refused: stamped.refused, reportIntervalMs };
  }

  async ingestSpans(resourceSpans: readonly ResourceSpans[], from: string): Promise<void> {
    const rows = this.#readSpans(resourceSpans, from);
    if (rows.length === 0) return;
    await this.#ready.file.write(
      async (transaction) => {
        await transaction.append("spans", rows, appendSpan);
        const stored = { reports: 0, requests: 0, samples: 0, spans: rows.length };
        return this.#ledger.note(transaction, stored, this.#now());
      },
      (entry) => this.#ledger.committed(entry),
    );
    await this.#ledger.sync();
  }

  async graph({ view, startMs, endMs, namespaces }: Parameters<Telemetry["graph"]>[0]): Promise<Graph> {
    const { file } = this.#ready;
    const plan = this.#plan({ startMs, endMs, ...(endMs - startMs >= LONG_RANGE_MS ? { startRoundMs: 60_000 } : {}) });
    const rows = await file.read((reader) => sumByKey(reader, this.#keys, plan));
    const gaps = await file.read((reader) => listGaps(reader, plan.startMs, endMs));
    return buildGraph({
      view,
      startMs: plan.startMs,
      endMs,
      measuredFromMs: this.#measuredFrom(plan.startMs, endMs),
      rows,
      gaps,
      namespaces,
    });
  }

  async metrics({ host, startMs, endMs, stepMs }: Parameters<Telemetry["metrics"]>[0]): Promise<ServiceMetrics> {
    const plan = this.#plan({ startMs: Math.floor(startMs / stepMs) * stepMs, endMs, stepMsMax: stepMs });
    const keys =
      host === undefined ? entryKeys(this.#keys) : keysWhere(this.#keys, (key) => key.destinationService === host);
    return this.#series(plan, { startMs, endMs, stepMs }, keys);
  }

  async edgeMetrics({
    ends,
    startMs,
    endMs,
    stepMs,
  }: Parameters<Telemetry["edgeMetrics"]>[0]): Promise<ServiceMetrics> {
    const plan = this.#plan({ startMs: Math.floor(startMs / stepMs) * stepMs, endMs, stepMsMax: stepMs });
    // Which end a caller stands at is known only from all of the traffic.
    const rows = await this.#ready.file.read((reader) => sumByKey(reader, this.#keys, plan));
    const wanted = new Set(selectPairs(mergeReporters(rows), ends).flatMap((pair) => pair.rows.map(({ key }) => key)));
    return this.#series(
      plan,
      { startMs, endMs, stepMs },
      keysWhere(this.#keys, (key) => wanted.has(key)),
      "told",
    );
  }

  async #series(
    plan: RangePlan,
    { startMs, endMs, stepMs }: TimeRange & { readonly stepMs: number },
    keys: readonly number[],
    which: "believed" | "told" = "believed",
  ): Promise<ServiceMetrics> {
    const slots = await this.#ready.file.read((reader) => sumBySlot(reader, this.#keys, plan, stepMs, keys));
    return buildSeries({
      startMs,
      endMs,
      stepMs,
      slots: new Map([...slots].map(([at, rows]) => [at, tallyPairs(rows, which)])),
    });
  }

  async services({ startMs, endMs }: TimeRange): Promise<readonly ServiceFigures[]> {
    const { file } = this.#ready;
    const stepMs = Math.ceil((endMs - startMs) / SPARKLINE_POINTS / 10_000) * 10_000;
    const plan = this.#plan({ startMs, endMs, startRoundMs: endMs - startMs >= LONG_RANGE_MS ? 60_000 : 10_000 });
    const rows = await file.read((reader) => sumByKey(reader, this.#keys, plan));
    const linePlan = this.#plan({ startMs: plan.startMs, endMs, stepMsMax: stepMs });
    const counts = await file.read((reader) => countBySlot(reader, linePlan, stepMs, sparklineKeys(this.#keys, rows)));
    const lines = new Map([...counts].map(([host, slots]) => [host, toLine(slots, plan.startMs, endMs, stepMs)]));
    return serviceFigures(rows, (endMs - this.#measuredFrom(plan.startMs, endMs)) / 1000, lines);
  }

  async rows({ startMs, endMs }: TimeRange): Promise<{ rows: readonly TrafficRow[]; seconds: number }> {
    const plan = this.#plan({ startMs, endMs });
    const rows = await this.#ready.file.read((reader) => sumByKey(reader, this.#keys, plan));
    return { rows, seconds: Math.max(1, (endMs - this.#measuredFrom(plan.startMs, endMs)) / 1000) };
  }

  requests(query: RequestQuery): Promise<readonly RequestRecord[]> {
    return this.#ready.file.read((reader) => listRequests(reader, query, this.#now()));
  }

  async totals({
    reporter,
    workload,
    service,
    startMs,
    endMs,
  }: Parameters<Telemetry["totals"]>[0]): ReturnType<Telemetry["totals"]> {
    const keys = keysWhere(this.#keys, (key) => {
      const own = reporter === "source" ? key.sourceWorkload : key.destinationWorkload;
      return (
        key.reporter === reporter &&
        (workload === undefined || own === workload) &&
        (service === undefined || key.destinationService === service)
      );
    });
    const rows = await this.#ready.file.read((reader) =>
      sumByKey(reader, this.#keys, this.#plan({ startMs, endMs }), keys),
    );
    const byCode: Record<string, number> = {};
    let total = 0;
    for (const { key, count } of rows) {
      total += count;
      byCode[key.responseCode] = (byCode[key.responseCode] ?? 0) + count;
    }
    return { total, byCode };
  }

  searchTraces(query: TraceQuery): Promise<readonly TraceSummary[]> {
    return this.#ready.file.read((reader) => searchTraces(reader, query, this.#now()));
  }

  trace(traceId: string): Promise<Trace | undefined> {
    return this.#ready.file.read((reader) => findTrace(reader, traceId));
  }

  prometheus(): Iterable<string> {
    return this.#metrics.text();
  }

  maintain(): Promise<void> {
    this.#maintaining ??= this.#maintain().finally(() => {
      this.#maintaining = undefined;
    });
    return this.#maintaining;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#maintaining?.catch(() => undefined);
    await this.#file?.close();
    await this.#ledger.close();
  }

  async #maintain(): Promise<void> {
    const { file } = this.#ready;
    const now = this.#now();
    const target = rollTargets(now);
    if (target["1m"] > this.#rolled["1m"]) {
      // Before the next report is stored: it must know which tables its windows are late for.
      await file.write(
        (transaction) => rollUp(transaction, this.#rolled, now),
        (rolled) => {
          this.#rolled = rolled;
        },
      );
    }
    this.#metrics.dropIdle();
    if (now - this.#retainedAt < RETAIN_EVERY_MS) return;
    this.#retainedAt = now;
    const bytes = await file.read(usedBytes);
    this.#shrink =
      bytes > this.#retention.bytesMax
        ? Math.min(SHRINK_MAX, this.#shrink + (1 - this.#shrink) / 4)
        : Math.max(0, this.#shrink - 0.05);
    await file.write(
      (transaction) => dropOld(transaction, this.#retention, now, this.#shrink),
      (ids) => {
        this.#keys.drop(ids);
        this.#metrics.drop(ids);
      },
    );
    await file.writeBare("CHECKPOINT").catch(() => undefined);
  }

  async #load(opened: OpenedDuckdb): Promise<void> {
    const { writer } = opened;
    const state = await loadState(writer);
    const now = this.#now();
    this.#firstMs = state.firstMs;
    this.#keys = new KeyTable();
    this.#keys.load(state.keys);
    this.#rolled = state.rolled ?? rollTargets(now);
    if (state.rolled === undefined) {
      await writer.run(`INSERT INTO rolled VALUES ('1m', ${this.#rolled["1m"]}), ('10m', ${this.#rolled["10m"]})`);
    }
    await noteLoss(opened, {
      ledger: this.#ledger,
      receivedMs: state.receivedMs,
      nowMs: now,
      path: this.#options.path,
      warn: (reason) => this.#options.warn?.(reason),
      onLoss: (reason) => this.#options.onLoss?.(reason),
    });
    this.#queue = new IngestQueue(
      {
        write: (work, onCommitted) => this.#ready.file.write(work, onCommitted),
        keys: this.#keys,
        ledger: this.#ledger,
        rolled: () => this.#rolled,
        now: this.#now,
        onFolded: (folded) => {
          for (const [party, count] of folded) this.#options.onLimit?.({ limit: "metric keys", party, count });
        },
        onStored: (windows) => {
          for (const { id, window } of windows) {
            this.#metrics.add(id, window);
            this.#firstMs = Math.min(this.#firstMs, window.startMs);
          }
        },
      },
      state.reached,
    );
  }

  /** Without those of a time that cannot be: they would be the newest for ever, and never too old to keep. */
  #readSpans(
    resourceSpans: readonly ResourceSpans[],
    from: string,
    whose: Readonly<Record<string, string>> = {},
  ): SpanRow[] {
    const now = this.#now();
    return readSpans(resourceSpans, from, whose).filter(({ startUs }) => canBe(Number(startUs / 1000n), now));
  }

  /** The part of a range in which anything was measured, of one window at least: a rate is not thinned by time before the mesh. */
  #measuredFrom(startMs: number, endMs: number): number {
    return Math.min(Math.max(startMs, this.#firstMs), endMs - WINDOW_MS);
  }

  #plan(request: RangeRequest): RangePlan {
    return planRange(request, { rolledMs: this.#rolled, keptFromMs: keptFrom(this.#retention, this.#now()) });
  }

  get #ready(): { readonly file: DuckdbFile; readonly queue: IngestQueue } {
    if (this.#file === undefined || this.#queue === undefined) throw new Error("the telemetry store is not open yet");
    return { file: this.#file, queue: this.#queue };
  }
}

function decodeSpans(bytes: Uint8Array): ResourceSpans[] {
  try {
    return [fromBinary(ResourceSpansSchema, bytes)];
  } catch {
    // Spans that cannot be read must not keep the counts beside them from being stored.
    return [];
  }
}

function toLine(slots: ReadonlyMap<number, number>, startMs: number, endMs: number, stepMs: number): number[] {
  const line: number[] = [];
  for (let at = Math.floor(startMs / stepMs) * stepMs; at + stepMs <= endMs; at += stepMs)
    line.push(((slots.get(at) ?? 0) / stepMs) * 1000);
  return line;
}

/** What the file holds: room that was given back stays in it, to be used again. */
async function usedBytes(reader: Reader): Promise<number> {
  const [row] = await reader.rows("SELECT (block_size * used_blocks)::DOUBLE AS bytes FROM pragma_database_size()");
  return Number(row?.bytes ?? 0);
}
