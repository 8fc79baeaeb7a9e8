import { CHARS_OF_ONE_MAX, SPANS_OF_ONE_MAX, type SpanSearch } from "#server/telemetry/ports/span-reader.ts";
import type { SpanOutline, StoredSpan } from "#server/telemetry/ports/span-row.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { compileCondition, ofServiceSql } from "#server/telemetry/stores/clickhouse/span-conditions.ts";
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
const URL = `extract(attributes, '"(?:http\\\\.url|url\\\\.path|http\\\\.target)":"([^"]*)"')`;

/** A trace may have begun before the range in which one of its spans was found. */
const TRACE_MS_MAX = 3600 * 1000;
/** Of all traces that are read together. */
const CHARS_MAX = 128 * 1024 * 1024;

/** Written by the server over whatever a sender says. */
const REPORTER = "JSONExtractString(resource, 'pharos.reporter')";
const CARRIED = "length(attributes) + length(events) + length(links) + length(resource)";

/** Rows of the traces that a condition finds, as far as one reporter's share goes. */
const sharesOf = (where: string): string =>
  `SELECT *, row_number() OVER one AS place, sum(${CARRIED}) OVER one AS carried, sum(${CARRIED}) OVER many AS all_carried,
     count() OVER (PARTITION BY trace_id) AS of_trace
   FROM spans WHERE ${where}
   WINDOW one AS (PARTITION BY trace_id, ${REPORTER} ORDER BY start_us ROWS UNBOUNDED PRECEDING),
     many AS (ORDER BY trace_id, start_us ROWS UNBOUNDED PRECEDING)`;
const OF_EACH = `place <= ${SPANS_OF_ONE_MAX} AND carried <= ${CHARS_OF_ONE_MAX}`;
const OF_MANY = `${OF_EACH} AND all_carried <= ${CHARS_MAX}`;
const WHOLE = `${SPANS.select()}, of_trace AS "ofTrace"`;

export async function searchTraceIds(opened: OpenedDatabase, search: SpanSearch): Promise<readonly string[]> {
  const bindings = new Bindings();
  const rows = await opened.client.rows<{ trace_id: string }>(hitsOf(opened, search, bindings), bindings);
  return rows.map(({ trace_id }) => trace_id);
}

export async function searchSpans(opened: OpenedDatabase, search: SpanSearch): Promise<readonly SpanOutline[]> {
  const bindings = new Bindings();
  const hits = hitsOf(opened, search, bindings);
  const where = `${sinceOf(search.fromMs - TRACE_MS_MAX, bindings)} AND trace_id IN (SELECT trace_id FROM (${hits})) AND ${opened.book.visible()}`;
  return opened.client.rows<SpanOutline>(`SELECT ${OUTLINE} FROM (${sharesOf(where)}) WHERE ${OF_MANY}`, bindings);
}

const sinceOf = (fromMs: number, bindings: Bindings): string => `start_us >= ${bindings.whole(fromMs)} * 1000`;

/** The traces that are found, as rows of `trace_id` and `newest`, the newest first. */
function hitsOf({ book }: OpenedDatabase, search: SpanSearch, bindings: Bindings): string {
  const conditions = [sinceOf(search.fromMs, bindings), book.visible(), ...asked(search, bindings)];
  const found = `SELECT trace_id, max(start_us) AS newest FROM spans WHERE ${conditions.join(" AND ")} GROUP BY trace_id
    HAVING newest <= ${bindings.whole(search.settledMs)} * 1000`;
  const order = `ORDER BY newest DESC LIMIT ${bindings.limit(search.limit)}`;
  const { minDurationMs, maxDurationMs } = search;
  if (minDurationMs === undefined && maxDurationMs === undefined) return `${found} ${order}`;
  const extent = "(max(start_us + duration_us) - min(start_us)) / 1000.0";
  const durations = [
    ...(minDurationMs === undefined ? [] : [`${extent} >= ${bindings.double(minDurationMs)}`]),
    ...(maxDurationMs === undefined ? [] : [`${extent} <= ${bindings.double(maxDurationMs)}`]),
  ];
  return `SELECT trace_id, newest FROM (${found}) AS found INNER JOIN (
      SELECT trace_id FROM spans WHERE ${sinceOf(search.fromMs - TRACE_MS_MAX, bindings)} AND trace_id IN (SELECT trace_id FROM (${found}))
      AND ${book.visible()} GROUP BY trace_id HAVING ${durations.join(" AND ")}) AS whole USING (trace_id) ${order}`;
}

/** What one span has to be like. */
function asked(search: SpanSearch, bindings: Bindings): string[] {
  const conditions: string[] = [];
  if (search.service !== undefined) conditions.push(ofServiceSql("service", search.service, bindings));
  if (search.callee !== undefined) {
    const cluster = `position(attributes, ${bindings.text(`|${search.callee}"`)}) > 0`;
    conditions.push(`(${cluster} OR match(lower(${URL}), ${bindings.text(urlOfHost(search.callee))}))`);
  }
  if (search.operation !== undefined) {
    const text = bindings.text(search.operation);
    const has = (column: string): string => `position(lowerUTF8(${column}), lowerUTF8(${text})) > 0`;
    conditions.push(`(${has("name")} OR ${has(URL)})`);
  }
  for (const [key, value] of Object.entries(search.tags ?? {})) {
    const name = bindings.text(key);
    const is = (read: string): string => `${read}(attributes, ${name}) = ${bindings.text(value)}`;
    // Numbers and flags as text; of text the text, and not what only looks like it in JSON.
    conditions.push(
      `(${is("JSONExtractString")} AND JSONHas(attributes, ${name}) OR JSONType(attributes, ${name}) != 'String' AND ${is("JSONExtractRaw")})`,
    );
  }
  const where = search.where === undefined ? undefined : compileCondition(search.where, bindings);
  if (where !== undefined) conditions.push(where);
  if (search.errorsOnly === true) conditions.push("is_error");
  return conditions;
}

export async function readTrace({ client, book }: OpenedDatabase, traceId: string): Promise<readonly StoredSpan[]> {
  const bindings = new Bindings();
  // Ids of 64 bits, as B3 has them, are padded on the wire.
  const where = `trace_id = ${bindings.text(traceId.padStart(32, "0"))} AND ${book.visible()}`;
  return client.rows<StoredSpan>(`SELECT ${WHOLE} FROM (${sharesOf(where)}) WHERE ${OF_EACH}`, bindings);
}

/** By so many ids at once: they stand in a question's address. */
const IDS_MAX = 200;

export async function readTraces(opened: OpenedDatabase, traceIds: readonly string[]): Promise<readonly StoredSpan[]> {
  const spans: StoredSpan[] = [];
  for (let at = 0; at < traceIds.length; at += IDS_MAX) {
    const bindings = new Bindings();
    const ids = bindings.add("Array(String)", traceIds.slice(at, at + IDS_MAX));
    const where = `trace_id IN ${ids} AND ${opened.book.visible()}`;
    spans.push(
      ...(await opened.client.rows<StoredSpan>(`SELECT ${WHOLE} FROM (${sharesOf(where)}) WHERE ${OF_MANY}`, bindings)),
    );
  }
  return spans;
}
