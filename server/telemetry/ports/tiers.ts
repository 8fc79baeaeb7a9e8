/** The lengths that windows are kept in, the finest first. */
export const TIERS = [
  { name: "10s", stepMs: 10_000 },
  { name: "1m", stepMs: 60_000 },
  { name: "10m", stepMs: 600_000 },
] as const;

export type TierName = (typeof TIERS)[number]["name"];
