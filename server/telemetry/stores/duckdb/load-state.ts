import type { DuckDBConnection } from "@duckdb/node-api";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { keptKey } from "#core/telemetry/traffic-key.ts";
import type { ReportMark } from "#server/telemetry/ports/telemetry-sink.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import type { NumberedKey } from "#server/telemetry/stores/key-numbers.ts";
import { type Rolled, rolledBy } from "#server/telemetry/stores/rolled.ts";
import type { NumberedSeries } from "#server/telemetry/stores/series-numbers.ts";
import { KEYS, WINDOW_TABLES, WINDOWS } from "#server/telemetry/stores/tables.ts";

/** What is kept in memory beside the file. */
export interface StoredState {
  readonly keys: readonly NumberedKey[];
  readonly series: readonly NumberedSeries[];
  readonly reached: readonly ReportMark[];
  /** When the newest report was stored; 0 when there is none. */
  readonly receivedMs: number;
  /** Start of the oldest window; Infinity when there is none. */
  readonly firstMs: number;
  /** Up to when each tier holds everything, as far as the file says. */
  readonly rolled: Partial<Rolled>;
  /** The same by what the tiers hold. */
  readonly rolledAsHeld: Rolled;
}

export async function loadState(connection: DuckDBConnection): Promise<StoredState> {
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const keys = (await read(`SELECT ${KEYS.select()} FROM keys`)).map((row) => ({
    id: Number(row.id),
    key: keptKey((name) => row[name] as string),
  }));
  const series = (await read("SELECT id, account, labels FROM series")).map(({ id, account, labels }) => ({
    id: Number(id),
    series: {
      account: String(account),
      labels: seriesLabels(Object.entries(JSON.parse(String(labels)) as Record<string, string>)),
    },
  }));
  const reached = (
    await read(
      `SELECT reporter, store_id AS "storeId", max(sequence) AS sequence, max(received_ms)::DOUBLE AS "receivedMs" FROM reports GROUP BY ALL`,
    )
  ).map((row) => ({
    reporter: String(row.reporter),
    storeId: String(row.storeId),
    sequence: BigInt(row.sequence as bigint),
    receivedMs: Number(row.receivedMs),
  }));
  const rolled = new Map(
    (await read(`SELECT tier, max(until_ms)::DOUBLE AS "untilMs" FROM rolled GROUP BY tier`)).map(
      ({ tier, untilMs }) => [String(tier), Number(untilMs)] as const,
    ),
  );
  const firsts = await read(
    WINDOW_TABLES.map(({ name }) => `SELECT min(start_ms)::DOUBLE AS "firstMs" FROM ${name}`).join(" UNION ALL "),
  );
  const endOf = async ({ name, stepMs }: (typeof TIERS)[number]): Promise<number> => {
    const [row] = await read(`SELECT max(start_ms)::DOUBLE AS "lastMs" FROM ${WINDOWS[name].name}`);
    return typeof row?.lastMs === "number" ? row.lastMs + stepMs : 0;
  };
  const ends = new Map<string, number>();
  for (const tier of TIERS) ends.set(tier.name, await endOf(tier));
  return {
    keys,
    series,
    receivedMs: reached.reduce((newest, { receivedMs }) => Math.max(newest, receivedMs), 0),
    firstMs: Math.min(
      Number.POSITIVE_INFINITY,
      ...firsts.flatMap(({ firstMs }) => (firstMs === null ? [] : Number(firstMs))),
    ),
    reached,
    rolled: Object.fromEntries(rolled),
    rolledAsHeld: rolledBy((tier) => ends.get(tier) ?? 0),
  };
}
