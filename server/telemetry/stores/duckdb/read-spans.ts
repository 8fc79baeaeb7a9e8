import type { DuckDBValue } from "@duckdb/node-api";
import { CHARS_OF_ONE_MAX, SPANS_OF_ONE_MAX, type SpanSearch } from "#server/telemetry/ports/span-reader.ts";
import type { SpanOutline, SpanRow, StoredSpan } from "#server/telemetry/ports/span-row.ts";
import { compileCondition } from "#server/telemetry/stores/duckdb/compile-condition.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { ofServiceSql } from "#server/telemetry/stores/duckdb/service-sql.ts";
import { SPANS } from "#server/telemetry/stores/tables.ts";
import { urlOfHost } from "#server/telemetry/stores/url-of-host.ts";

const OUTLINED: ReadonlySet<string> = new Set<keyof SpanOutline>([
  "traceId",
  "spanId",
  "parentSpanId",
  "service",
  "name",
  "isError",
  "startMs",
  "durationMs",
  "attributes",
]);
const OUTLINE = SPANS.select(({ as }) => as !== undefined && OUTLINED.has(as));
/** What an HTTP span was asked for. */
const URL = `regexp_extract(attributes, '"(?:http\\.url|url\\.path|http\\.target)":"([^"]*)"', 1)`;

/** A trace may have begun before the range in which one of its spans was found. */
const TRACE_MS_MAX = 3600 * 1000;

/** Written by the server over whatever a sender says (`pharos.reporter` of a resource). */
const REPORTER = `regexp_extract(resource, '"pharos\\.reporter":"([^"]*)"', 1)`;
const CARRIED = "length(attributes) + length(events) + length(links) + length(resource)";
const OF_ONE = `(PARTITION BY trace_id, ${REPORTER} ORDER BY start_us ROWS UNBOUNDED PRECEDING)`;
const OF_EACH = `QUALIFY row_number() OVER ${OF_ONE} <= ${SPANS_OF_ONE_MAX} AND sum(${CARRIED}) OVER ${OF_ONE} <= ${CHARS_OF_ONE_MAX}`;

const WHOLE = `${SPANS.select()}, (count(*) OVER (PARTITION BY trace_id))::INTEGER AS "ofTrace"`;

/** Of all traces that are read together. */
const CHARS_MAX = 128 * 1024 * 1024;
const OF_MANY = `${OF_EACH} AND sum(${CARRIED}) OVER (ORDER BY trace_id, start_us ROWS UNBOUNDED PRECEDING) <= ${CHARS_MAX}`;

export async function searchTraceIds(reader: Reader, search: SpanSearch): Promise<readonly string[]> {
  const { sql, values } = hitsOf(search);
  const rows = await reader.rows(`SELECT trace_id FROM (${sql}) ORDER BY newest DESC`, values);
  return rows.map(({ trace_id }) => String(trace_id));
}

export async function searchSpans(reader: Reader, search: SpanSearch): Promise<readonly SpanOutline[]> {
  const { sql, values } = hitsOf(search);
  const fromUs = Math.floor(search.fromMs) * 1000;
  const rows = await reader.rows(
    `WITH hits AS (${sql}) SELECT ${OUTLINE} FROM spans WHERE start_us >= ${fromUs - TRACE_MS_MAX * 1000} AND trace_id IN (SELECT trace_id FROM hits) ${OF_MANY}`,
    values,
  );
  return rows as unknown as readonly SpanOutline[];
}

/** The traces that are found, as rows of `trace_id` and `newest`. */
function hitsOf(search: SpanSearch): { readonly sql: string; readonly values: DuckDBValue[] } {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const fromUs = Math.floor(search.fromMs) * 1000;
  const conditions = [`start_us >= ${fromUs}`];
  if (search.service !== undefined) conditions.push(ofServiceSql("service", search.service, bind));
  if (search.callee !== undefined) {
    const cluster = `contains(attributes, ${bind(`|${search.callee}"`)})`;
    conditions.push(`(${cluster} OR regexp_matches(lower(${URL}), ${bind(urlOfHost(search.callee))}))`);
  }
  if (search.operation !== undefined) {
    const text = bind(search.operation);
    conditions.push(`(contains(lower(name), lower(${text})) OR contains(lower(${URL}), lower(${text})))`);
  }
  for (const [key, value] of Object.entries(search.tags ?? {})) {
    // Attributes are stored as JSON.stringify writes them: strings in quotes, numbers and booleans before a comma or the end.
    const forms = [`${JSON.stringify(key)}:${JSON.stringify(value)}`];
    if (isBare(value)) forms.push(`${JSON.stringify(key)}:${value},`, `${JSON.stringify(key)}:${value}}`);
    conditions.push(`(${forms.map((form) => `contains(attributes, ${bind(form)})`).join(" OR ")})`);
  }
  if (search.where !== undefined) {
    const where = compileCondition(search.where, bind);
    if (where !== undefined) conditions.push(where);
  }
  if (search.errorsOnly === true) conditions.push("is_error");
  const extent = "(max(all_spans.start_us + all_spans.duration_us) - min(all_spans.start_us)) / 1000.0";
  const durations = [
    ...(search.minDurationMs === undefined ? [] : [`${extent} >= ${search.minDurationMs}`]),
    ...(search.maxDurationMs === undefined ? [] : [`${extent} <= ${search.maxDurationMs}`]),
  ];
  const settledUs = Math.floor(search.settledMs) * 1000;
  const found = `SELECT trace_id, max(start_us) AS newest FROM spans WHERE ${conditions.join(" AND ")} GROUP BY trace_id HAVING newest <= ${settledUs}`;
  const sql =
    durations.length === 0
      ? `${found} ORDER BY newest DESC LIMIT ${search.limit}`
      : `SELECT trace_id, max(newest) AS newest FROM (${found}) AS found JOIN spans AS all_spans USING (trace_id)
         WHERE all_spans.start_us >= ${fromUs - TRACE_MS_MAX * 1000} GROUP BY trace_id HAVING ${durations.join(" AND ")} ORDER BY newest DESC LIMIT ${search.limit}`;
  return { sql, values };
}

export async function readTrace(reader: Reader, traceId: string): Promise<readonly StoredSpan[]> {
  // Ids of 64 bits, as B3 has them, are padded on the wire.
  const id: SpanRow["traceId"] = traceId.padStart(32, "0");
  const rows = await reader.rows(`SELECT ${WHOLE} FROM spans WHERE trace_id = $1 ${OF_EACH}`, [id]);
  return rows as unknown as readonly StoredSpan[];
}

export async function readTraces(reader: Reader, traceIds: readonly string[]): Promise<readonly StoredSpan[]> {
  if (traceIds.length === 0) return [];
  const ids = traceIds.map((_, index) => `$${index + 1}`).join(", ");
  const sql = `SELECT ${WHOLE} FROM spans WHERE trace_id IN (${ids}) ${OF_MANY}`;
  return (await reader.rows(sql, traceIds)) as unknown as readonly StoredSpan[];
}

function isBare(value: string): boolean {
  return value === "true" || value === "false" || /^-?\d+(\.\d+)?$/.test(value);
}
