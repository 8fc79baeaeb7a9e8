import { SPAN_KINDS, type Trace, type TraceSpan } from "#core/telemetry/trace.ts";
import { type MetricRange, type MetricSeries, TraceMetrics } from "#core/traceql/evaluate-metrics.ts";
import { evaluateTraceQl, QueryPatterns } from "#core/traceql/evaluate-traceql.ts";
import { isDecidedByOne, neededCondition } from "#core/traceql/needed-condition.ts";
import type { Field, TraceQl, TraceQlMetrics } from "#core/traceql/query.ts";
import type { SpanReader, SpanSearch } from "#server/telemetry/ports/span-reader.ts";
import { assembleTrace } from "#server/telemetry/query/assemble-trace.ts";

export type TraceSearch = Omit<SpanSearch, "settledMs"> & { readonly toMs: number };

/** A trace, and which of its spans were asked for. */
export interface FoundTrace {
  readonly trace: Trace;
  readonly spans: readonly TraceSpan[];
}

/** Where one span does not decide, so many times as many traces are looked at, and at most so many. */
const CANDIDATES = { times: 10, max: 500 } as const;

/** Of a query over time the newest so many traces are summed, so many read at a time, until they have so many spans. */
const SUMMED = { max: 20_000, atOnce: 500, spans: 1_000_000 } as const;
const TRACE_MS = 60_000;

export interface FoundSeries {
  readonly series: readonly MetricSeries[];
  readonly traces: number;
  /** There are more traces than are summed, or may be: the oldest are left out; or more spans of one than are read. */
  readonly isCut: boolean;
}

/** Whole traces, and what to choose among, as the query APIs of tracing systems ask for them. */
export class TraceLookup {
  readonly #spans: SpanReader;
  readonly #spansMax: number;

  constructor(spans: SpanReader, spansMax: number = SUMMED.spans) {
    this.#spans = spans;
    this.#spansMax = spansMax;
  }

  services(fromMs: number): Promise<readonly string[]> {
    return this.#spans.services(fromMs);
  }

  async operations(
    service: string,
    fromMs: number,
  ): Promise<readonly { readonly name: string; readonly kind: TraceSpan["kind"] }[]> {
    const found = await this.#spans.operations(service, fromMs);
    return found.map(({ name, kind }) => ({ name, kind: SPAN_KINDS[kind] ?? "unspecified" }));
  }

  attributeNames(scope: "span" | "resource", fromMs: number): Promise<readonly string[]> {
    return this.#spans.attributeNames(scope, fromMs);
  }

  values(field: Field, fromMs: number): Promise<readonly string[]> {
    return this.#spans.values(field, fromMs);
  }

  async trace(traceId: string): Promise<Trace | undefined> {
    const spans = await this.#spans.spansOf(traceId);
    return spans.length === 0 ? undefined : assembleTrace(traceId.padStart(32, "0"), spans);
  }

  /** Newest first. */
  async search({ toMs, ...search }: TraceSearch): Promise<readonly Trace[]> {
    return this.#read(await this.#spans.traceIds({ ...search, settledMs: toMs }));
  }

  /** Series of a query over time. */
  async series(query: TraceQlMetrics, range: MetricRange, nowMs: number): Promise<FoundSeries> {
    const sums = new TraceMetrics(query, range);
    const ids = await this.#spans.traceIds({
      fromMs: range.startMs,
      // A trace that goes on beyond the end is of it too.
      settledMs: Math.min(nowMs, range.endMs + TRACE_MS),
      where: neededCondition(query.query.spanset),
      limit: SUMMED.max,
    });
    let [traces, spans, isCut] = [0, 0, ids.length >= SUMMED.max || this.#spans.leavesOut === true];
    for (let at = 0; at < ids.length && spans < this.#spansMax; at += SUMMED.atOnce)
      for (const trace of await this.#read(ids.slice(at, at + SUMMED.atOnce))) {
        sums.add(trace);
        traces += 1;
        spans += trace.spans.length;
        isCut ||= trace.isCut === true;
      }
    // What is read at a time is bounded too: of many large traces not all are.
    return { series: sums.series(), traces, isCut: isCut || traces < ids.length };
  }

  async #read(ids: readonly string[]): Promise<readonly Trace[]> {
    const spans = await this.#spans.spansOfEach(ids);
    return [...Map.groupBy(spans, ({ traceId }) => traceId)]
      .map(([traceId, of]) => assembleTrace(traceId, of))
      .sort((a, b) => b.startMs - a.startMs);
  }

  /** The same by a query of TraceQL, with the spans that it found. */
  async find(query: TraceQl, { limit, ...search }: TraceSearch): Promise<readonly FoundTrace[]> {
    const candidates = isDecidedByOne(query)
      ? limit
      : Math.max(limit, Math.min(CANDIDATES.max, limit * CANDIDATES.times));
    const traces = await this.search({ ...search, where: neededCondition(query.spanset), limit: candidates });
    const patterns = new QueryPatterns();
    const found: FoundTrace[] = [];
    for (const trace of traces) {
      if (found.length >= limit) break;
      const spans = evaluateTraceQl(query, trace, patterns);
      if (spans.length > 0) found.push({ trace, spans });
    }
    return found;
  }
}
