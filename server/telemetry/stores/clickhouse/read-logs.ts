import type { LogSearch } from "#server/telemetry/ports/log-reader.ts";
import type { StoredLog } from "#server/telemetry/ports/log-row.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { LOGS } from "#server/telemetry/stores/tables.ts";

export async function readLogs({ client, book }: OpenedDatabase, search: LogSearch): Promise<readonly StoredLog[]> {
  const bindings = new Bindings();
  const conditions = [`at_us >= ${bindings.whole(search.fromMs)} * 1000`, book.visible()];
  if (search.traceId !== undefined) conditions.push(`trace_id = ${bindings.text(search.traceId.padStart(32, "0"))}`);
  if (search.spanId !== undefined) conditions.push(`span_id = ${bindings.text(search.spanId)}`);
  if (search.service !== undefined) {
    const service = bindings.text(search.service);
    conditions.push(`(service = ${service} OR startsWith(service, concat(${service}, '.')))`);
  }
  if (search.minSeverity !== undefined) conditions.push(`severity >= ${bindings.whole(search.minSeverity)}`);
  if (search.text !== undefined)
    conditions.push(`position(lowerUTF8(body), lowerUTF8(${bindings.text(search.text)})) > 0`);
  return client.rows<StoredLog>(
    `SELECT ${LOGS.select()} FROM logs WHERE ${conditions.join(" AND ")} ORDER BY at_us DESC LIMIT ${bindings.limit(search.limit)}`,
    bindings,
  );
}
