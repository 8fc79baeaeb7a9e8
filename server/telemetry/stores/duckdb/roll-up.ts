import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { sumWindows } from "#server/telemetry/stores/duckdb/sum-windows.ts";
import { ROLLED, WINDOWS } from "#server/telemetry/stores/duckdb/tables.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";

export interface Rolled {
  readonly "1m": number;
  readonly "10m": number;
}

/** How long after its end a minute is rolled up; reports that come later are added to both tables as they come. */
const SETTLE_MS = 15_000;
const [FINEST, MINUTE, TEN_MINUTES] = TIERS;

/** Times up to which everything may be rolled up now. */
export function rollTargets(nowMs: number): Rolled {
  const minute = Math.floor((nowMs - SETTLE_MS) / MINUTE.stepMs) * MINUTE.stepMs;
  return { "1m": minute, "10m": Math.floor(minute / TEN_MINUTES.stepMs) * TEN_MINUTES.stepMs };
}

/**
 * Adds finished minutes to the coarser tables, and joins the several rows that partial reports left of each fine window.
 * Runs in one transaction with the mark that says so: a window is never in a coarse table twice.
 */
export async function rollUp({ connection, append }: WriteTransaction, from: Rolled, nowMs: number): Promise<Rolled> {
  const to = rollTargets(nowMs);
  const [seconds, minutes, tens] = [WINDOWS["10s"].name, WINDOWS["1m"].name, WINDOWS["10m"].name];
  if (to["1m"] > from["1m"]) {
    const range = `start_ms >= ${from["1m"]} AND start_ms < ${to["1m"]}`;
    await connection.run(`CREATE OR REPLACE TEMP TABLE joined AS ${sumWindows(seconds, FINEST.stepMs, range)}`);
    await connection.run(`DELETE FROM ${seconds} WHERE ${range}`);
    await connection.run(`INSERT INTO ${seconds} BY NAME FROM joined`);
    await connection.run(`INSERT INTO ${minutes} BY NAME ${sumWindows("joined", MINUTE.stepMs, "true")}`);
    await connection.run("DROP TABLE joined");
    await append(ROLLED, [{ tier: "1m", untilMs: to["1m"] }]);
  }
  if (to["10m"] > from["10m"]) {
    const range = `start_ms >= ${from["10m"]} AND start_ms < ${to["10m"]}`;
    await connection.run(`INSERT INTO ${tens} BY NAME ${sumWindows(minutes, TEN_MINUTES.stepMs, range)}`);
    await append(ROLLED, [{ tier: "10m", untilMs: to["10m"] }]);
  }
  return { "1m": Math.max(from["1m"], to["1m"]), "10m": Math.max(from["10m"], to["10m"]) };
}
