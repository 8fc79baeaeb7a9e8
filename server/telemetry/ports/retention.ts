import type { TierName } from "#server/telemetry/ports/tiers.ts";

/** How long what is kept, in ms; and what may stand in the store, in bytes. */
export interface Retention {
  readonly tiersMs: Readonly<Record<TierName, number>>;
  readonly samplesMs: number;
  readonly spansMs: number;
  readonly logsMs: number;
  /** Samples of others' series. */
  readonly pointsMs: number;
  readonly bytesMax: number;
}

const HOUR_MS = 3600 * 1000;

export const DEFAULT_RETENTION: Retention = {
  tiersMs: { "10s": 3 * HOUR_MS, "1m": 48 * HOUR_MS, "10m": 30 * 24 * HOUR_MS },
  samplesMs: 24 * HOUR_MS,
  spansMs: 24 * HOUR_MS,
  logsMs: 24 * HOUR_MS,
  pointsMs: 15 * 24 * HOUR_MS,
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
