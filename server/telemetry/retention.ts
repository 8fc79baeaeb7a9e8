import { TIERS, type TierName } from "#server/telemetry/schema.ts";
import { forgetOlder } from "#server/telemetry/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/writer.ts";

/** How long what is kept, in ms; and what may stand in the file, in bytes. */
export interface Retention {
  readonly tiersMs: Readonly<Record<TierName, number>>;
  readonly samplesMs: number;
  readonly spansMs: number;
  readonly bytesMax: number;
}

const HOUR_MS = 3600 * 1000;

export const DEFAULT_RETENTION: Retention = {
  tiersMs: { "10s": 3 * HOUR_MS, "1m": 48 * HOUR_MS, "10m": 30 * 24 * HOUR_MS },
  samplesMs: 24 * HOUR_MS,
  spansMs: 24 * HOUR_MS,
  bytesMax: 2 * 1024 ** 3,
};

const ALIGN_MS = 600_000;

/** From when on each tier still holds everything, aligned so that no coarser window is cut. */
export function keptFrom(retention: Retention, nowMs: number): Readonly<Record<TierName, number>> {
  const from = (ageMs: number): number => Math.max(0, Math.floor((nowMs - ageMs) / ALIGN_MS) * ALIGN_MS);
  return {
    "10s": from(retention.tiersMs["10s"]),
    "1m": from(retention.tiersMs["1m"]),
    "10m": from(retention.tiersMs["10m"]),
  };
}

/**
 * Takes away what is too old; `shrink` (0 to 1) shortens the life of spans and samples when the file is too large.
 * Resolves with the numbers of labels that no window has any more.
 */
export async function dropOld(
  { connection }: WriteTransaction,
  retention: Retention,
  nowMs: number,
  shrink: number,
): Promise<number[]> {
  const kept = keptFrom(retention, nowMs);
  const bulky = 1 - shrink;
  await connection.run(`DELETE FROM windows_10s WHERE start_ms < ${kept["10s"]}`);
  await connection.run(`DELETE FROM windows_1m WHERE start_ms < ${kept["1m"]}`);
  await connection.run(`DELETE FROM windows_10m WHERE start_ms < ${kept["10m"]}`);
  await connection.run(`DELETE FROM samples WHERE start_ms < ${Math.floor(nowMs - retention.samplesMs * bulky)}`);
  await connection.run(`DELETE FROM spans WHERE start_us < ${Math.floor(nowMs - retention.spansMs * bulky) * 1000}`);
  await connection.run(`DELETE FROM gaps WHERE end_ms < ${kept["10m"]}`);
  // Only the newest sequence of an agent tells anything, and an agent that was silent for the whole retention is gone.
  await connection.run(
    `DELETE FROM reports WHERE received_ms < ${kept["10m"]} OR (reporter, store_id, sequence) NOT IN (SELECT reporter, store_id, max(sequence) FROM reports GROUP BY ALL)`,
  );
  await connection.run(
    "DELETE FROM rolled WHERE (tier, until_ms) NOT IN (SELECT tier, max(until_ms) FROM rolled GROUP BY tier)",
  );
  await forgetOlder(connection);
  const used = TIERS.map(({ table }) => `SELECT key FROM ${table}`).join(" UNION ");
  const unused = await connection.runAndReadAll(`DELETE FROM keys WHERE id NOT IN (${used}) RETURNING id`);
  return unused.getRowsJS().map(([id]) => Number(id));
}
