import { SUMMED, TIERS } from "#server/telemetry/schema.ts";
import type { WriteTransaction } from "#server/telemetry/writer.ts";

export interface Rolled {
  readonly "1m": number;
  readonly "10m": number;
}

/** How long after its end a minute is rolled up; reports that come later are added to both tables as they come. */
const SETTLE_MS = 15_000;
const [SECONDS, MINUTE, TEN_MINUTES] = TIERS;
const SUMS = SUMMED.map((column) => `sum(${column}::DOUBLE) AS ${column}`).join(", ");
const COLUMNS = `start_ms, key, ${SUMMED.join(", ")}`;

/** Times up to which everything may be rolled up now. */
export function rollTargets(nowMs: number): Rolled {
  const minute = Math.floor((nowMs - SETTLE_MS) / MINUTE.stepMs) * MINUTE.stepMs;
  return { "1m": minute, "10m": Math.floor(minute / TEN_MINUTES.stepMs) * TEN_MINUTES.stepMs };
}

/**
 * Adds finished minutes to the coarser tables, and joins the several rows that partial reports left of each fine window.
 * Runs in one transaction with the mark that says so: a window is never in a coarse table twice.
 */
export async function rollUp({ connection }: WriteTransaction, from: Rolled, nowMs: number): Promise<Rolled> {
  const to = rollTargets(nowMs);
  if (to["1m"] > from["1m"]) {
    const range = `start_ms >= ${from["1m"]} AND start_ms < ${to["1m"]}`;
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE joined AS SELECT start_ms, key, ${SUMS} FROM ${SECONDS.table} WHERE ${range} GROUP BY ALL`,
    );
    await connection.run(`DELETE FROM ${SECONDS.table} WHERE ${range}`);
    await connection.run(`INSERT INTO ${SECONDS.table} SELECT ${COLUMNS} FROM joined`);
    await connection.run(
      `INSERT INTO ${MINUTE.table} SELECT start_ms // ${MINUTE.stepMs} * ${MINUTE.stepMs} AS start_ms, key, ${SUMS} FROM joined GROUP BY ALL`,
    );
    await connection.run("DROP TABLE joined");
    await connection.run(`INSERT INTO rolled VALUES ('1m', ${to["1m"]})`);
  }
  if (to["10m"] > from["10m"]) {
    await connection.run(
      `INSERT INTO ${TEN_MINUTES.table} SELECT start_ms // ${TEN_MINUTES.stepMs} * ${TEN_MINUTES.stepMs} AS start_ms, key, ${SUMS}
       FROM ${MINUTE.table} WHERE start_ms >= ${from["10m"]} AND start_ms < ${to["10m"]} GROUP BY ALL`,
    );
    await connection.run(`INSERT INTO rolled VALUES ('10m', ${to["10m"]})`);
  }
  return { "1m": Math.max(from["1m"], to["1m"]), "10m": Math.max(from["10m"], to["10m"]) };
}
