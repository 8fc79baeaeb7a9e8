import type { TierName } from "#server/telemetry/ports/tiers.ts";

/** Windows of which one says how long they are kept. */
export type KeptTier = Exclude<TierName, "1h" | "1d">;

/** How long what is kept, in ms; and what may stand in the store, in bytes. */
export interface Retention {
  readonly tiersMs: Readonly<Record<KeptTier, number>>;
  readonly samplesMs: number;
  readonly spansMs: number;
  readonly logsMs: number;
  /** Samples of others' series. */
  readonly pointsMs: number;
  readonly bytesMax: number;
}

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

export const DEFAULT_RETENTION: Retention = {
  tiersMs: { "10s": DAY_MS, "1m": 14 * DAY_MS, "10m": 365 * DAY_MS },
  samplesMs: 7 * DAY_MS,
  spansMs: 7 * DAY_MS,
  logsMs: 7 * DAY_MS,
  pointsMs: 15 * DAY_MS,
  bytesMax: 8 * 1024 ** 3,
};

/** From when on each tier still holds everything, aligned so that no coarser window is cut. */
export function keptFrom({ tiersMs }: Pick<Retention, "tiersMs">, nowMs: number): Readonly<Record<TierName, number>> {
  const from = (ageMs: number, stepMs: number): number => Math.max(0, Math.floor((nowMs - ageMs) / stepMs) * stepMs);
  // Hours and days tell of the same time in fewer rows.
  const longest = from(tiersMs["10m"], DAY_MS);
  return {
    "10s": from(tiersMs["10s"], HOUR_MS / 6),
    "1m": from(tiersMs["1m"], HOUR_MS / 6),
    "10m": longest,
    "1h": longest,
    "1d": longest,
  };
}
