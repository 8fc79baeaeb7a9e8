import { GAPS_MAX, type GapRow } from "#server/telemetry/ports/gap-row.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { GAPS } from "#server/telemetry/stores/tables.ts";

export async function readGaps(
  { client, book }: OpenedDatabase,
  startMs: number,
  endMs: number,
  workload?: string,
): Promise<readonly GapRow[]> {
  const bindings = new Bindings();
  const ofOne = workload === undefined ? "" : `AND workload = ${bindings.text(workload)}`;
  return client.rows<GapRow>(
    `SELECT ${GAPS.select()} FROM gaps WHERE end_ms > ${bindings.double(startMs)} AND start_ms < ${bindings.double(endMs)} ${ofOne}
     AND ${book.visible()} ORDER BY start_ms DESC LIMIT ${GAPS_MAX}`,
    bindings,
  );
}
