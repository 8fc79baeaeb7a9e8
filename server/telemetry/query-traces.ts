import type { DuckDBValue } from "@duckdb/node-api";
import type { Trace, TraceSummary } from "#core/telemetry/trace.ts";
import type { TraceQuery } from "#server/api/services.ts";
import { assembleTrace, type SpanOutline, type StoredSpan, summarizeTrace } from "#server/telemetry/assemble-trace.ts";
import type { Reader } from "#server/telemetry/reader.ts";

const OUTLINE = `attributes, trace_id AS "traceId", span_id AS "spanId", parent_span_id AS "parentSpanId", service, name, is_error AS "isError",
  start_us / 1000.0 AS "startMs", duration_us / 1000.0 AS "durationMs"`;
/** What an HTTP span was asked for. */
const URL = `regexp_extract(attributes, '"(?:http\\.url|url\\.path|http\\.target)":"([^"]*)"', 1)`;
const WHOLE = `${OUTLINE}, kind, status, status_message AS "statusMessage", resource, events`;

/** Spans of one trace come from several proxies, each in its own time: what is younger is not whole yet. */
const SETTLE_MS = 3000;

/** A trace may have begun before the range in which one of its spans was found. */
const TRACE_MS_MAX = 3600 * 1000;

/** Newest first, from when they are three seconds old. A service is matched by its whole name, or by its first part: "reviews" finds "reviews.default". */
export async function searchTraces(reader: Reader, query: TraceQuery, nowMs: number): Promise<TraceSummary[]> {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const fromUs = Math.floor(nowMs - query.seconds * 1000) * 1000;
  const conditions = [`start_us >= ${fromUs}`];
  if (query.service !== undefined) {
    const service = bind(query.service);
    conditions.push(`(service = ${service} OR starts_with(service, ${service} || '.'))`);
  }
  if (query.operation !== undefined) {
    const text = bind(query.operation);
    conditions.push(`(contains(lower(name), lower(${text})) OR contains(lower(${URL}), lower(${text})))`);
  }
  for (const [key, value] of Object.entries(query.tags ?? {})) {
    // Attributes are stored as JSON.stringify writes them: strings in quotes, numbers and booleans before a comma or the end.
    const forms = [`${JSON.stringify(key)}:${JSON.stringify(value)}`];
    if (isBare(value)) forms.push(`${JSON.stringify(key)}:${value},`, `${JSON.stringify(key)}:${value}}`);
    conditions.push(`(${forms.map((form) => `contains(attributes, ${bind(form)})`).join(" OR ")})`);
  }
  if (query.errorsOnly === true) conditions.push("is_error");
  const extent = "(max(all_spans.start_us + all_spans.duration_us) - min(all_spans.start_us)) / 1000.0";
  const durations = [
    ...(query.minDurationMs === undefined ? [] : [`${extent} >= ${query.minDurationMs}`]),
    ...(query.maxDurationMs === undefined ? [] : [`${extent} <= ${query.maxDurationMs}`]),
  ];
  const settledUs = Math.floor(nowMs - SETTLE_MS) * 1000;
  const found = `SELECT trace_id, max(start_us) AS newest FROM spans WHERE ${conditions.join(" AND ")} GROUP BY trace_id HAVING newest <= ${settledUs}`;
  const newest =
    durations.length === 0
      ? `${found} ORDER BY newest DESC LIMIT ${query.limit}`
      : `SELECT trace_id, max(newest) AS newest FROM (${found}) AS found JOIN spans AS all_spans USING (trace_id)
         WHERE all_spans.start_us >= ${fromUs - TRACE_MS_MAX * 1000} GROUP BY trace_id HAVING ${durations.join(" AND ")} ORDER BY newest DESC LIMIT ${query.limit}`;
  const rows = await reader.rows(
    `WITH hits AS (${newest}) SELECT ${OUTLINE} FROM spans WHERE start_us >= ${fromUs - TRACE_MS_MAX * 1000} AND trace_id IN (SELECT trace_id FROM hits)`,
    values,
  );
  const traces = Map.groupBy(rows as unknown as readonly SpanOutline[], ({ traceId }) => traceId);
  return [...traces].map(([traceId, spans]) => summarizeTrace(traceId, spans)).sort((a, b) => b.startMs - a.startMs);
}

export async function findTrace(reader: Reader, traceId: string): Promise<Trace | undefined> {
  // Ids of 64 bits, as B3 has them, are padded on the wire.
  const rows = await reader.rows(`SELECT ${WHOLE} FROM spans WHERE trace_id = $1`, [traceId.padStart(32, "0")]);
  return rows.length === 0 ? undefined : assembleTrace(traceId, rows as unknown as readonly StoredSpan[]);
}

function isBare(value: string): boolean {
  return value === "true" || value === "false" || /^-?\d+(\.\d+)?$/.test(value);
}
