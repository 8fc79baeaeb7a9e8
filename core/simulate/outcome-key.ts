import type { Outcome } from "#core/simulate/outcome.ts";

/** An outcome, wherever its steps are told and however its endpoints were passed on. */
export interface Keyed extends Omit<Outcome, "hops" | "endpoints"> {
  readonly endpoints: readonly (Omit<Outcome["endpoints"][number], "workload"> & {
    readonly workload?: string | undefined;
  })[];
  readonly hops?: unknown;
}

/** The same for outcomes that differ in nothing that is told of but the steps. Shares are sums of fractions: they are told apart to six places. */
export function outcomeKey(outcome: Keyed): string {
  const told = Object.entries({ ...outcome, share: outcome.share.toFixed(6), hops: undefined });
  return JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface KeyedOutcomes {
  readonly outcomes: readonly Keyed[];
  readonly leftOut: number;
}

/** Whether a change makes no difference to what can come of a call; the order of equal shares is none. */
export function isSameOutcomes(a: KeyedOutcomes, b: KeyedOutcomes): boolean {
  const all = ({ outcomes, leftOut }: KeyedOutcomes): string => [leftOut, ...outcomes.map(outcomeKey).sort()].join();
  return all(a) === all(b);
}
