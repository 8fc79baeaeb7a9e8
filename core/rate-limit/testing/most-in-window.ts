/** What was admitted, and when: after it was sent, and before the application saw it. */
export interface AdmittedRequest {
  readonly sentMs: number;
  readonly seenMs: number;
}

/**
 * The most requests that are known to have been admitted within one window of `perMs`: those that were sent and seen in it. What
 * was under way at its edges may belong to it or not, and is no proof.
 */
export function mostInWindow(admitted: readonly AdmittedRequest[], perMs: number): number {
  const sent = admitted.map(({ sentMs }) => sentMs).toSorted((a, b) => a - b);
  const seen = admitted.map(({ seenMs }) => seenMs).toSorted((a, b) => a - b);
  // Under way for longer than a window: in none, though counted below as sent before it.
  const long = admitted.filter(({ sentMs, seenMs }) => seenMs - sentMs >= perMs);
  let most = 0;
  let end = 0;
  for (const [before, fromMs] of sent.entries()) {
    while ((seen[end] ?? Infinity) < fromMs + perMs) end += 1;
    const across = long.filter(({ sentMs, seenMs }) => sentMs < fromMs && seenMs >= fromMs + perMs).length;
    most = Math.max(most, end - before + across);
  }
  return most;
}
