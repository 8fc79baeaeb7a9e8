import { type CoarseTier, TIERS, type TierName } from "#server/telemetry/ports/tiers.ts";

/** Up to when each coarser tier holds everything. */
export type Rolled = Readonly<Record<CoarseTier, number>>;

/** How long after its end a minute is rolled up; reports that come later are added to all tables as they come. */
const SETTLE_MS = 15_000;
const [, ...COARSE] = TIERS;

export const COARSE_TIERS: readonly CoarseTier[] = COARSE.map(({ name }) => name);

export function rolledBy(untilOf: (tier: CoarseTier, stepMs: number) => number): Rolled {
  return Object.fromEntries(COARSE.map(({ name, stepMs }) => [name, untilOf(name, stepMs)])) as Record<
    CoarseTier,
    number
  >;
}

/** Times up to which everything may be rolled up now. */
export function rollTargets(nowMs: number): Rolled {
  return rolledBy((_, stepMs) => Math.floor((nowMs - SETTLE_MS) / stepMs) * stepMs);
}

/** So much time is rolled up to hours and days at once at most: of an older store's year the rest follows. */
const AT_ONCE_MS = 2 * 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Which time of a tier is to be made of the next finer one; undefined for none. `rolled`: up to when all tiers hold everything, the finer ones
 * already as this roll-up leaves them; `firstMs`: start of the oldest window.
 */
export function dueOf(
  rolled: Rolled,
  tier: CoarseTier,
  nowMs: number,
  firstMs: number,
): { readonly startMs: number; readonly endMs: number } | undefined {
  const place = TIERS.findIndex(({ name }) => name === tier);
  const stepMs = TIERS[place]?.stepMs ?? HOUR_MS;
  const finer = TIERS[place - 1]?.name ?? "10s";
  const target = rollTargets(nowMs)[tier];
  const from = rolled[tier];
  const startMs = Math.max(from, Number.isFinite(firstMs) ? Math.floor(firstMs / stepMs) * stepMs : from);
  // No further than what it is made of.
  const ready = finer === "10s" ? target : Math.floor(rolled[finer] / stepMs) * stepMs;
  const endMs = Math.min(target, ready, stepMs < HOUR_MS ? ready : startMs + AT_ONCE_MS);
  return endMs > startMs ? { startMs, endMs } : undefined;
}

/** A day longer than agents may wait with what they tell. */
export const REPORTS_MS = 32 * 86_400_000;

/** Up to when windows go: what no longer window tells of yet is not too old, as long as any would be kept. */
export function keptUntil(
  kept: Readonly<Record<TierName, number>>,
  rolled: Rolled,
): Readonly<Record<TierName, number>> {
  return {
    ...kept,
    "10s": Math.max(kept["10m"], Math.min(kept["10s"], rolled["1m"])),
    "1m": Math.max(kept["10m"], Math.min(kept["1m"], rolled["10m"])),
  };
}
