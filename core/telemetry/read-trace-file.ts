import { extentOfSpans } from "#core/telemetry/extent-of-spans.ts";
import { isMarkedFailed } from "#core/telemetry/is-failed-span.ts";
import { type FileSpan, unreadable } from "#core/telemetry/read-file-part.ts";
import { readJaegerTraces } from "#core/telemetry/read-jaeger-trace.ts";
import { readOtlpSpans } from "#core/telemetry/read-otlp-trace.ts";
import type { Trace } from "#core/telemetry/trace.ts";

/** What one file may hold: a page has to draw it. */
export const TRACE_FILE_BYTES_MAX = 64 * 1024 * 1024;
const SPANS_MAX = 50_000;
const DEPTH_MAX = 100;

/** Traces of a file in Jaeger's JSON (`data`, or one trace) or OTLP's (`resourceSpans`; Tempo's `batches` too). Throws "invalid" with the place of what is wrong. */
export function readTraceFile(text: string): readonly Trace[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw unreadable(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  checkDepth(json);
  const spans = readAny(json);
  if (spans.length === 0) throw unreadable("no spans in it");
  if (spans.length > SPANS_MAX) throw unreadable(`${spans.length} spans, where ${SPANS_MAX} are shown at most`);
  return [...Map.groupBy(spans, ({ traceId }) => traceId)].map(([traceId, of]) => assemble(traceId, of));
}

/** What nests deeper than any trace would exhaust the stack of whoever walks down into it. */
function checkDepth(json: unknown): void {
  let level = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) throw unreadable(`nests deeper than ${DEPTH_MAX} levels`);
    const next: unknown[] = [];
    for (const value of level)
      if (typeof value === "object" && value !== null) for (const each of Object.values(value)) next.push(each);
    level = next;
  }
}

function readAny(json: unknown): readonly FileSpan[] {
  if (Array.isArray(json)) return json.flatMap((each) => [...readAny(each)]);
  if (typeof json !== "object" || json === null) throw unreadable("is neither an object nor a list");
  if ("resourceSpans" in json) return readOtlpSpans(json.resourceSpans, "resourceSpans");
  if ("batches" in json) return readOtlpSpans(json.batches, "batches");
  if ("trace" in json) return readAny(json.trace);
  if ("result" in json) return readAny(json.result);
  if ("data" in json) return readJaegerTraces(json.data, "data");
  if ("spans" in json) return readJaegerTraces([json], "");
  throw unreadable("has none of data, spans (Jaeger), resourceSpans, batches (OTLP)");
}

function assemble(traceId: string, of: readonly FileSpan[]): Trace {
  const spans = [...of].sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
  return {
    traceId,
    ...extentOfSpans(spans),
    spans: spans.map(({ traceId: _, ...span }) => ({
      ...span,
      parentSpanId: span.parentSpanId === span.spanId ? null : span.parentSpanId,
      status: isMarkedFailed(span) ? "error" : span.status,
    })),
  };
}
