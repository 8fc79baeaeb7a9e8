import { seriesLabels } from "#core/promql/series-labels.ts";
import { keptKey } from "#core/telemetry/traffic-key.ts";
import type { ReportMark } from "#server/telemetry/ports/telemetry-sink.ts";
import type { CoarseTier } from "#server/telemetry/ports/tiers.ts";
import type { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import type { NumberedKey } from "#server/telemetry/stores/key-numbers.ts";
import type { NumberedSeries } from "#server/telemetry/stores/series-numbers.ts";
import { KEYS, WINDOW_TABLES } from "#server/telemetry/stores/tables.ts";

/** What is kept in memory beside the database. */
export interface StoredState {
  readonly keys: readonly NumberedKey[];
  readonly series: readonly NumberedSeries[];
  readonly reached: readonly ReportMark[];
  /** Start of the oldest window; Infinity when there is none. */
  readonly firstMs: number;
  /** Up to when each tier holds everything; nothing in a database that is new. */
  readonly rolled: ReadonlyMap<CoarseTier, number>;
}

/** `visible`: which rows count. */
export async function loadState(client: ClickhouseClient, visible: string): Promise<StoredState> {
  const keys = await client.rows<Record<string, string | number>>(
    `SELECT ${KEYS.select()} FROM ${KEYS.name} WHERE ${visible}`,
  );
  const series = await client.rows<{ id: number; account: string; labels: string }>(
    `SELECT id, account, labels FROM series WHERE ${visible}`,
  );
  const marks = await client.rows<{ reporter: string; store: string; reached: string; received: number }>(
    `SELECT reporter, store_id AS store, toString(max(sequence)) AS reached, max(received_ms) AS received FROM reports
     WHERE ${visible} GROUP BY reporter, store_id`,
  );
  const firsts = await client.rows<{ first: number }>(
    WINDOW_TABLES.map(
      ({ name }) => `SELECT min(start_ms) AS first FROM ${name} WHERE ${visible} HAVING count() > 0`,
    ).join(" UNION ALL "),
  );
  const rolled = await client.rows<{ tier: CoarseTier; until: number }>(
    `SELECT tier, max(until_ms) AS until FROM rolled WHERE ${visible} GROUP BY tier`,
  );
  return {
    keys: keys.map((row) => ({ id: Number(row.id), key: keptKey((name) => row[name] as string) })),
    series: series.map(({ id, account, labels }) => ({
      id,
      series: { account, labels: seriesLabels(Object.entries(JSON.parse(labels) as Record<string, string>)) },
    })),
    reached: marks.map(({ reporter, store, reached, received }) => ({
      reporter,
      storeId: store,
      sequence: BigInt(reached),
      receivedMs: received,
    })),
    firstMs: Math.min(Number.POSITIVE_INFINITY, ...firsts.map(({ first }) => first)),
    rolled: new Map(rolled.map(({ tier, until }) => [tier, until])),
  };
}
