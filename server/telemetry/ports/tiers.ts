/** The lengths that windows are kept in, the finest first. */
export const TIERS = [
  { name: "10s", stepMs: 10_000 },
  { name: "1m", stepMs: 60_000 },
  { name: "10m", stepMs: 600_000 },
  { name: "1h", stepMs: 3_600_000 },
  { name: "1d", stepMs: 86_400_000 },
] as const;

export type TierName = (typeof TIERS)[number]["name"];
/** Those that are made of finer ones. */
export type CoarseTier = Exclude<TierName, "10s">;
