import { type CoarseTier, TIERS, type TierName } from "#server/telemetry/ports/tiers.ts";
import type { TrafficRange } from "#server/telemetry/ports/traffic-reader.ts";

/** Part of a range, to be read from the windows of one tier. */
export interface RangePart {
  readonly tier: TierName;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

export interface RangePlan {
  /** The range's start, rounded down to a window that is still there. */
  readonly startMs: number;
  readonly parts: readonly RangePart[];
}

/** Up to when each tier holds everything, and from when on it still does. */
export interface TierState {
  readonly rolledMs: Readonly<Record<CoarseTier, number>>;
  readonly keptFromMs: Readonly<Record<TierName, number>>;
}

const [FINEST] = TIERS;

/**
 * The fewest rows that tell of a range: ten-minute windows in its middle, finer ones at its ends. What is newer than the
 * last roll-up is read from the finer tier, so that the answer is complete to the last report.
 */
export function planRange(request: TrafficRange, state: TierState): RangePlan {
  const { endMs, stepMsMax, startRoundMs = FINEST.stepMs } = request;
  const isKept = (tier: Tier, atMs: number): boolean => atMs >= state.keptFromMs[tier.name];
  const finest = TIERS.find((tier) => isKept(tier, floor(request.startMs, startRoundMs))) ?? FINEST;
  const startMs = floor(request.startMs, Math.max(startRoundMs, finest.stepMs));
  const parts: { tier: TierName; fromMs: number; toMs: number }[] = [];
  let at = startMs;
  while (at < endMs) {
    const tier =
      TIERS.findLast((each, index) => {
        const finer = TIERS[index - 1];
        if (finer === undefined) return true;
        const isOnlyOne = !isKept(finer, at);
        const isAllowed = isOnlyOne || stepMsMax === undefined || stepMsMax % each.stepMs === 0;
        const isWhole = at % each.stepMs === 0 && (isOnlyOne || at + each.stepMs <= endMs);
        return isAllowed && isWhole && at + each.stepMs <= rolledMs(each, state);
      }) ?? FINEST;
    const last = parts.at(-1);
    if (last?.tier === tier.name) last.toMs += tier.stepMs;
    else parts.push({ tier: tier.name, fromMs: at, toMs: at + tier.stepMs });
    at += tier.stepMs;
  }
  return { startMs, parts };
}

/** Each window that a part is read from. */
export function windowsOf({ tier, fromMs, toMs }: RangePart): RangePart[] {
  const stepMs = TIERS.find(({ name }) => name === tier)?.stepMs ?? FINEST.stepMs;
  return Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, index) => ({
    tier,
    fromMs: fromMs + index * stepMs,
    toMs: fromMs + (index + 1) * stepMs,
  }));
}

type Tier = (typeof TIERS)[number];

function rolledMs(tier: Tier, state: TierState): number {
  return tier.name === "10s" ? Number.POSITIVE_INFINITY : state.rolledMs[tier.name];
}

function floor(ms: number, step: number): number {
  return Math.floor(ms / step) * step;
}
