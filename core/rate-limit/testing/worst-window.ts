import type { Limit } from "#core/rate-limit/limit.ts";
import type { Admitted } from "#core/rate-limit/testing/simulate-mesh.ts";

/** The most that was admitted, as a part of what the limit allows, over every window or, of a bucket, every span of time. */
export function worstWindow(admitted: readonly Admitted[], { amount, perMs, burst }: Limit): number {
  const uses = admitted.filter(({ cost }) => cost > 0).toSorted((a, b) => a.atMs - b.atMs);
  let worst = 0;
  let [from, sum] = [0, 0];
  /** What a bucket would lack if it was as full as it can be: the largest over all beginnings. */
  let lack = 0;
  let lastMs = 0;
  for (const { atMs, cost } of uses) {
    if (burst === undefined) {
      sum += cost;
      for (; (uses[from]?.atMs ?? 0) <= atMs - perMs; from += 1) sum -= uses[from]?.cost ?? 0;
      worst = Math.max(worst, sum / amount);
    } else {
      lack = Math.max(0, lack - ((atMs - lastMs) * amount) / perMs) + cost;
      lastMs = atMs;
      worst = Math.max(worst, lack / burst);
    }
  }
  return worst;
}
