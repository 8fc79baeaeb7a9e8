import { GAPS_MAX, type GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { GAPS } from "#server/telemetry/stores/tables.ts";

export async function readGaps(
  reader: Reader,
  startMs: number,
  endMs: number,
  workload?: string,
): Promise<readonly GapRow[]> {
  const ofOne = workload === undefined ? "" : "AND workload = $1";
  const rows = await reader.rows(
    `SELECT ${GAPS.select()} FROM gaps WHERE end_ms > ${startMs} AND start_ms < ${endMs} ${ofOne} ORDER BY start_ms DESC LIMIT ${GAPS_MAX}`,
    workload === undefined ? [] : [workload],
  );
  return rows as unknown as readonly GapRow[];
}
