import type { DuckDBValue } from "@duckdb/node-api";
import type { LogSearch } from "#server/telemetry/ports/log-reader.ts";
import type { StoredLog } from "#server/telemetry/ports/log-row.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { LOGS } from "#server/telemetry/stores/tables.ts";

export async function readLogs(reader: Reader, search: LogSearch): Promise<readonly StoredLog[]> {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const conditions = [`at_us >= ${Math.floor(search.fromMs) * 1000}`];
  if (search.traceId !== undefined) conditions.push(`trace_id = ${bind(search.traceId.padStart(32, "0"))}`);
  if (search.spanId !== undefined) conditions.push(`span_id = ${bind(search.spanId)}`);
  if (search.service !== undefined) {
    const service = bind(search.service);
    conditions.push(`(service = ${service} OR starts_with(service, ${service} || '.'))`);
  }
  if (search.minSeverity !== undefined) conditions.push(`severity >= ${Math.floor(search.minSeverity)}`);
  if (search.text !== undefined) conditions.push(`contains(lower(body), lower(${bind(search.text)}))`);
  const rows = await reader.rows(
    `SELECT ${LOGS.select()} FROM logs WHERE ${conditions.join(" AND ")} ORDER BY at_us DESC LIMIT ${Math.floor(search.limit)}`,
    values,
  );
  return rows as unknown as readonly StoredLog[];
}
