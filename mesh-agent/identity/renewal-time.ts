/** Share of a certificate's life after which it is renewed, and how far hosts spread around it. */
const HALF = 0.5;
const SPREAD = 0.1;

/** When to renew, ms since the epoch: at half of life, give or take a tenth. `random` is 0 to 1. */
export function renewalTimeMs(
  { issuedAtMs, notAfterMs }: { issuedAtMs: number; notAfterMs: number },
  random: number,
): number {
  const lifeMs = Math.max(0, notAfterMs - issuedAtMs);
  return issuedAtMs + lifeMs * (HALF + SPREAD * (2 * random - 1));
}
