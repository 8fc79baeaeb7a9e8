import { BUCKET_BITS, ENTRY_MAX } from "#core/telemetry/histogram.ts";
import { HISTOGRAMS, SUMS } from "#server/telemetry/stores/tables.ts";

/**
 * SQL for the windows of a table added up to windows of a length, one for each key: sums, and histograms in which each bucket is there once
 * (or as often as its count needs). `range` is a condition on the table's own starts.
 */
export function sumWindows(table: string, stepMs: number, range: string): string {
  const start = `start_ms // ${stepMs} * ${stepMs}`;
  const entries = HISTOGRAMS.map(
    (name) => `SELECT start_ms, key, '${name}' AS kind, unnest(${name}) AS entry FROM part`,
  ).join(" UNION ALL ");
  const lists = HISTOGRAMS.map((name) => `list(entry) FILTER (WHERE kind = '${name}') AS ${name}`).join(", ");
  return `WITH part AS (SELECT * REPLACE (${start} AS start_ms) FROM ${table} WHERE ${range}),
    counts AS (SELECT start_ms, key, kind, entry % ${2 ** BUCKET_BITS} AS bucket, sum(entry // ${2 ** BUCKET_BITS})::BIGINT AS n
      FROM (${entries}) GROUP BY ALL),
    packed AS (SELECT start_ms, key, kind, (least(n - below, ${ENTRY_MAX}) * ${2 ** BUCKET_BITS} + bucket)::UINTEGER AS entry
      FROM (SELECT *, unnest(range(0, n, ${ENTRY_MAX})) AS below FROM counts)),
    histograms AS (SELECT start_ms, key, ${lists} FROM packed GROUP BY ALL),
    sums AS (SELECT start_ms, key, ${SUMS} FROM part GROUP BY ALL)
    SELECT sums.*, ${HISTOGRAMS.map((name) => `coalesce(${name}, []) AS ${name}`).join(", ")}
    FROM sums LEFT JOIN histograms USING (start_ms, key)`;
}
