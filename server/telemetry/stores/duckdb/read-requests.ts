import type { DuckDBValue } from "@duckdb/node-api";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestSearch } from "#server/telemetry/ports/request-reader.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { SAMPLES } from "#server/telemetry/stores/duckdb/tables.ts";

export async function readRequests(reader: Reader, search: RequestSearch): Promise<readonly RequestRecord[]> {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const conditions = [`start_ms >= ${Math.floor(search.fromMs)}`];
  if (search.service !== undefined) {
    const service = bind(search.service);
    conditions.push(`(destination_service = ${service} OR starts_with(destination_service, ${service} || '.'))`);
  }
  if (search.source !== undefined) conditions.push(`source_workload = ${bind(search.source)}`);
  if (search.codePrefix !== undefined)
    conditions.push(`starts_with(response_code::VARCHAR, ${bind(search.codePrefix)})`);
  if (search.method !== undefined) conditions.push(`method = upper(${bind(search.method)})`);
  if (search.path !== undefined) conditions.push(`contains(path, ${bind(search.path)})`);
  // Ids of 64 bits are padded in one place and not in another.
  if (search.traceId !== undefined)
    conditions.push(`lpad(trace_id, 32, '0') = ${bind(search.traceId.padStart(32, "0"))}`);
  if (search.deniedOnly === true) conditions.push("denied_by != ''");
  const rows = await reader.rows(
    `SELECT ${SAMPLES.select()} FROM samples WHERE ${conditions.join(" AND ")} ORDER BY start_ms DESC LIMIT ${search.limit}`,
    values,
  );
  return rows as unknown as readonly RequestRecord[];
}
