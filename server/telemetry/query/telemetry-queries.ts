import { setImmediate } from "node:timers/promises";
import { type Belief, believedShares, type IsLive } from "#core/graph/believed-shares.ts";
import { buildGraph } from "#core/graph/build-graph.ts";
import type { Graph, Health } from "#core/graph/graph.ts";
import { judgeAll } from "#core/graph/judge-all.ts";
import { mergeReporters } from "#core/graph/merge-reporters.ts";
import { selectPairs } from "#core/graph/select-pairs.ts";
import { byDefault, type TolerancesOf } from "#core/graph/tolerance.ts";
import type { LogQuery } from "#core/telemetry/log-query.ts";
import type { LogRecord } from "#core/telemetry/log-record.ts";
import { quantileOf } from "#core/telemetry/quantile.ts";
import type { RequestQuery } from "#core/telemetry/request-query.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { summarizeTrace } from "#core/telemetry/summarize-trace.ts";
import type { Trace, TraceSummary } from "#core/telemetry/trace.ts";
import type { TraceQuery } from "#core/telemetry/trace-query.ts";
import { pairOf, type TrafficRow } from "#core/telemetry/traffic.ts";
import { parseTraceQl } from "#core/traceql/parse-traceql.ts";
import type { Field } from "#core/traceql/query.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";
import type { SimilarTraces } from "#core/view/similar-traces.ts";
import type { ServiceFigures, Telemetry, TimeRange } from "#server/services/dependencies.ts";
import type { RequestReader } from "#server/telemetry/ports/request-reader.ts";
import type { TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";
import type { LabelFilter, TrafficRange } from "#server/telemetry/ports/traffic-reader.ts";
import { assembleTrace, summarizeOutlines } from "#server/telemetry/query/assemble-trace.ts";
import { buildSeries } from "#server/telemetry/query/build-series.ts";
import { conditionsOf } from "#server/telemetry/query/conditions-of.ts";
import { type MeasuredTime, type RatedRange, ratedRange } from "#server/telemetry/query/rated-range.ts";
import { entryKeys, sparklineKeys } from "#server/telemetry/query/select-keys.ts";
import { serviceFigures, tallyPairs } from "#server/telemetry/query/service-figures.ts";
import { findSimilar } from "#server/telemetry/query/similar-traces.ts";
import { TraceLookup } from "#server/telemetry/query/trace-lookup.ts";

export type TelemetryReaders = Pick<TelemetryStore, "traffic" | "requests" | "spans" | "logs" | "gaps">;

const SPARKLINE_POINTS = 30;
/** From this length on a graph's start is rounded to minutes, which spares reading fine windows of long ago. */
const LONG_RANGE_MS = 15 * 60_000;
/** Spans of one trace come from several proxies, each in its own time: what is younger is not whole yet. */
const SETTLE_MS = 3000;
/** Names to choose among are of what was seen in a week. */
const NAMES_MS = 7 * 24 * 3_600_000;

type SeriesRange = TimeRange & { readonly stepMs: number };

/** Graph, series, figures, requests and traces, from the rows of any store. */
export class TelemetryQueries implements Telemetry {
  /** Whole traces, for the query APIs of tracing systems. */
  readonly lookup: TraceLookup;
  readonly #readers: TelemetryReaders;
  readonly #now: () => number;
  readonly #reportsWithinMs: () => number;
  #isLive: IsLive | undefined;
  #tolerances: () => TolerancesOf = () => byDefault;

  /** `reportsWithinMs`: how long after a request agents have told of it. */
  constructor(readers: TelemetryReaders, now: () => number, reportsWithinMs: () => number) {
    this.lookup = new TraceLookup(readers.spans);
    this.#readers = readers;
    this.#now = now;
    this.#reportsWithinMs = reportsWithinMs;
  }

  get kept(): RequestReader {
    return this.#readers.requests;
  }

  /** From now on a called end that is live and says nothing has seen nothing, where all of the traffic is looked at. */
  believeBy(isLive: IsLive): void {
    this.#isLive = isLive;
  }

  /** From now on health is judged by these, asked for with each question. */
  judgeBy(tolerances: () => TolerancesOf): void {
    this.#tolerances = tolerances;
  }

  async graph({ view, namespaces, ...range }: Parameters<Telemetry["graph"]>[0]): Promise<Graph> {
    const { startMs, endMs, seconds, rows } = await this.#rated(range);
    const gaps = await this.#readers.gaps.gaps(startMs, range.endMs);
    return buildGraph({
      view,
      startMs,
      endMs,
      measuredFromMs: endMs - seconds * 1000,
      rows,
      gaps,
      namespaces,
      isLive: this.#isLive,
      tolerances: this.#tolerances(),
    });
  }

  /** Health of all that had traffic in the windows from `startMs` to before `endMs`, by `subjectText`. */
  async health({ startMs, endMs }: TimeRange): Promise<ReadonlyMap<string, Health>> {
    const { rows } = await this.#readers.traffic.sum({ startMs, endMs, histograms: [] });
    return judgeAll({ startMs, endMs, rows, isLive: this.#isLive, tolerances: this.#tolerances() }, () =>
      setImmediate(),
    );
  }

  gapsOf(workload: string, { startMs, endMs }: TimeRange): ReturnType<Telemetry["gapsOf"]> {
    return this.#readers.gaps.gaps(startMs, endMs, workload);
  }

  async metrics({ host, ...range }: Parameters<Telemetry["metrics"]>[0]): Promise<ServiceMetrics> {
    const { traffic } = this.#readers;
    // Where traffic enters, only who lets it in tells.
    if (host === undefined) return this.#series(range, { among: entryKeys(traffic.keys()) }, "told");
    // What is believed is a question of all the time that is shown, and the same as the figures beside the chart say.
    const { rows } = await this.#rated({ ...range, histograms: [] });
    return this.#series(range, { having: { destinationService: host } }, believedShares(rows, this.#isLive));
  }

  async edgeMetrics({ ends, ...range }: Parameters<Telemetry["edgeMetrics"]>[0]): Promise<ServiceMetrics> {
    // Which end a caller stands at is known only from all of the traffic.
    const { rows } = await this.#readers.traffic.sum({ ...slotsOf(range), histograms: [] });
    const among = selectPairs(mergeReporters(rows), ends).flatMap((pair) => pair.rows.map(({ key }) => key));
    return this.#series(range, { among }, "told");
  }

  async #series(
    asked: SeriesRange,
    only: LabelFilter,
    which: "told" | ((row: TrafficRow) => Belief),
  ): Promise<ServiceMetrics> {
    const { stepMs } = asked;
    const { endMs } = ratedRange(asked, this.#measuredTime());
    const range = { startMs: asked.startMs, endMs, stepMs };
    const slots = await this.#readers.traffic.sumBySlot(slotsOf(range), stepMs, only);
    return buildSeries({
      ...range,
      slots: new Map(
        [...slots].map(([at, rows]) => [
          at,
          which === "told" ? tallyPairs(rows, "told") : tallyPairs(rows, "believed", which),
        ]),
      ),
    });
  }

  async entry(range: TimeRange): ReturnType<Telemetry["entry"]> {
    const { rows, seconds } = await this.#rated(range, { among: entryKeys(this.#readers.traffic.keys()) });
    const { count, durations } = tallyPairs(rows, "told");
    return { requestsPerSecond: count / seconds, p95Ms: quantileOf(durations, 0.95) };
  }

  async services(range: TimeRange): Promise<readonly ServiceFigures[]> {
    const { traffic } = this.#readers;
    const stepMs = Math.ceil((range.endMs - range.startMs) / SPARKLINE_POINTS / 10_000) * 10_000;
    const { startMs, endMs, seconds, rows } = await this.#rated(range);
    const counts = await traffic.countBySlot(
      { startMs, endMs, stepMsMax: stepMs },
      stepMs,
      "destinationService",
      sparklineKeys(traffic.keys(), rows),
    );
    const lines = new Map([...counts].map(([host, slots]) => [host, toLine(slots, startMs, endMs, stepMs)]));
    return serviceFigures(rows, seconds, lines, { isLive: this.#isLive, tolerances: this.#tolerances() });
  }

  async rows(range: TimeRange): Promise<{ rows: readonly TrafficRow[]; seconds: number }> {
    const { rows, seconds } = await this.#rated(range);
    return { rows, seconds };
  }

  async slots({ isMeant, ...asked }: Parameters<Telemetry["slots"]>[0]): ReturnType<Telemetry["slots"]> {
    const { traffic } = this.#readers;
    const among = [...traffic.keys()].filter(isMeant);
    const { endMs } = ratedRange(asked, this.#measuredTime());
    return { slots: await traffic.sumBySlot(slotsOf(asked), asked.stepMs, { among }), endMs };
  }

  async totals({
    reporter,
    workload,
    service,
    startMs,
    endMs,
  }: Parameters<Telemetry["totals"]>[0]): ReturnType<Telemetry["totals"]> {
    const own = reporter === "source" ? "sourceWorkload" : "destinationWorkload";
    const having = {
      reporter,
      ...(workload === undefined ? {} : { [own]: workload }),
      ...(service === undefined ? {} : { destinationService: service }),
    };
    const { rows } = await this.#readers.traffic.sum({ startMs, endMs, histograms: [] }, { having });
    const byCode: Record<string, number> = {};
    let total = 0;
    for (const { key, count } of rows) {
      total += count;
      byCode[key.responseCode] = (byCode[key.responseCode] ?? 0) + count;
    }
    return { total, byCode };
  }

  /** Newest first. `code` is a whole code, its first digits, or a class: "503", "50", "5xx". */
  async requests({ seconds, service, limit, ...asked }: RequestQuery): Promise<readonly RequestRecord[]> {
    const fromMs = this.#now() - seconds * 1000;
    const found = await this.#readers.requests.list({ fromMs, service, limit, where: conditionsOf(asked) });
    return found.map((row) => ({ ...row, deniedBy: row.policy }));
  }

  /** Newest first, from when they are three seconds old. */
  async searchTraces({ seconds, query, ...search }: TraceQuery): Promise<readonly TraceSummary[]> {
    const now = this.#now();
    if (query !== undefined && query.trim() !== "") {
      const range = { fromMs: now - seconds * 1000, toMs: now - SETTLE_MS };
      const found = await this.lookup.find(parseTraceQl(query), { ...search, ...range });
      return found.map(({ trace }) => summarizeTrace(trace));
    }
    const spans = await this.#readers.spans.search({
      ...search,
      fromMs: now - seconds * 1000,
      settledMs: now - SETTLE_MS,
    });
    const traces = Map.groupBy(spans, ({ traceId }) => traceId);
    return [...traces].map(([traceId, of]) => summarizeOutlines(traceId, of)).sort((a, b) => b.startMs - a.startMs);
  }

  async trace(traceId: string): Promise<Trace | undefined> {
    const spans = await this.#readers.spans.spansOf(traceId);
    return spans.length === 0 ? undefined : assembleTrace(traceId, spans);
  }

  async spanNames(): ReturnType<Telemetry["spanNames"]> {
    const fromMs = this.#now() - NAMES_MS;
    const [span, resource] = await Promise.all([
      this.lookup.attributeNames("span", fromMs),
      this.lookup.attributeNames("resource", fromMs),
    ]);
    return { span, resource };
  }

  spanValues(field: Field): Promise<readonly string[]> {
    return this.lookup.values(field, this.#now() - NAMES_MS);
  }

  async similarTraces(trace: Trace): Promise<SimilarTraces> {
    return findSimilar(this.#readers.spans, trace, this.#now() - SETTLE_MS);
  }

  /** Newest first. */
  async logs({ seconds, ...search }: LogQuery): Promise<readonly LogRecord[]> {
    const found = await this.#readers.logs.logs({ ...search, fromMs: this.#now() - seconds * 1000 });
    return found.map((row) => ({
      ...row,
      attributes: JSON.parse(row.attributes) as LogRecord["attributes"],
      resource: JSON.parse(row.resource) as LogRecord["resource"],
    }));
  }

  #measuredTime(): MeasuredTime {
    return { firstMs: this.#readers.traffic.firstMs(), settledMs: this.#now() - this.#reportsWithinMs() };
  }

  /**
   * What was counted in the whole windows of a range. Who has met since the last of them is there too, so that nobody waits
   * to see it; how often, the next one tells.
   */
  async #rated(
    { histograms = ["durations"], ...asked }: TimeRange & Pick<TrafficRange, "histograms">,
    only?: LabelFilter,
  ): Promise<RatedRange & { readonly rows: readonly TrafficRow[] }> {
    const { traffic } = this.#readers;
    const range = ratedRange(asked, this.#measuredTime());
    const isLong = asked.endMs - asked.startMs >= LONG_RANGE_MS;
    const whole = await traffic.sum({ ...range, histograms, ...(isLong ? { startRoundMs: 60_000 } : {}) }, only);
    const rated = {
      ...range,
      startMs: whole.startMs,
      seconds: range.seconds + this.#roundedDown(whole.startMs, range),
    };
    if (range.endMs >= asked.endMs) return { ...rated, rows: whole.rows };
    const known = new Set(whole.rows.map((row) => row.names?.pair ?? pairOf(row.key)));
    const { rows } = await traffic.sum({ startMs: range.endMs, endMs: asked.endMs, histograms }, only);
    return { ...rated, rows: [...whole.rows, ...rows.filter((row) => !known.has(row.names?.pair ?? pairOf(row.key)))] };
  }

  /** Seconds before a range in which there was something to measure and which were read with it. */
  #roundedDown(startMs: number, range: TimeRange): number {
    const firstMs = this.#readers.traffic.firstMs();
    return (Math.max(range.startMs, firstMs) - Math.max(startMs, firstMs)) / 1000;
  }
}

/** From the beginning of the first slot. */
function slotsOf({ startMs, endMs, stepMs }: SeriesRange) {
  return { startMs: Math.floor(startMs / stepMs) * stepMs, endMs, stepMsMax: stepMs };
}

function toLine(slots: ReadonlyMap<number, number>, startMs: number, endMs: number, stepMs: number): number[] {
  const line: number[] = [];
  for (let at = Math.floor(startMs / stepMs) * stepMs; at + stepMs <= endMs; at += stepMs)
    line.push(((slots.get(at) ?? 0) / stepMs) * 1000);
  return line;
}
