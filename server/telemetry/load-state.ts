import type { DuckDBConnection } from "@duckdb/node-api";
import type { TrafficKey } from "#core/telemetry/traffic.ts";
import { KEY_FIELDS, type NumberedKey } from "#server/telemetry/key-table.ts";
import type { Rolled } from "#server/telemetry/roll-up.ts";
import { TIERS } from "#server/telemetry/schema.ts";

/** What is kept in memory beside the file. */
export interface StoredState {
  readonly keys: readonly NumberedKey[];
  readonly reached: readonly (readonly [reporter: string, storeId: string, sequence: number])[];
  /** When the newest report was stored; 0 when there is none. */
  readonly receivedMs: number;
  /** Start of the oldest window; Infinity when there is none. */
  readonly firstMs: number;
  /** Undefined in a new file. */
  readonly rolled: Rolled | undefined;
}

export async function loadState(connection: DuckDBConnection): Promise<StoredState> {
  const keys = (await connection.runAndReadAll("SELECT * FROM keys")).getRowsJS().map(([id, ...values]) => ({
    id: Number(id),
    key: Object.fromEntries(KEY_FIELDS.map((field, index) => [field, values[index]])) as unknown as TrafficKey,
  }));
  const reached = (
    await connection.runAndReadAll(
      "SELECT reporter, store_id, max(sequence)::DOUBLE, max(received_ms)::DOUBLE FROM reports GROUP BY ALL",
    )
  ).getRowsJS();
  const rolled = new Map(
    (await connection.runAndReadAll("SELECT tier, max(until_ms)::DOUBLE FROM rolled GROUP BY tier"))
      .getRowsJS()
      .map(([tier, until]) => [String(tier), Number(until)]),
  );
  const firsts = await connection.runAndReadAll(
    TIERS.map(({ table }) => `SELECT min(start_ms)::DOUBLE FROM ${table}`).join(" UNION ALL "),
  );
  const minute = rolled.get("1m");
  return {
    keys,
    receivedMs: Math.max(0, ...reached.map(([, , , receivedMs]) => Number(receivedMs))),
    firstMs: Math.min(
      Number.POSITIVE_INFINITY,
      ...firsts.getRowsJS().flatMap(([first]) => (first === null ? [] : Number(first))),
    ),
    reached: reached.map(
      ([reporter, storeId, sequence]) => [String(reporter), String(storeId), Number(sequence)] as const,
    ),
    rolled: minute === undefined ? undefined : { "1m": minute, "10m": rolled.get("10m") ?? 0 },
  };
}
