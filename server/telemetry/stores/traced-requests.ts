/** A trace's other spans begin about when the request does, by whatever clock. */
const BESIDE_MS = 60_000;
const US_MAX = 2 ** 62;

const usOf = (ms: number): bigint => BigInt(Math.floor(Math.max(-US_MAX, Math.min(US_MAX, ms * 1000))));

/** From when on spans are of requests that began from `fromMs` on. */
export function spansFromUs(fromMs: number): bigint {
  return usOf(fromMs - BESIDE_MS);
}

/** Before when; `toMs` undefined: whenever. */
export function spansUntilUs(toMs: number | undefined): bigint {
  return usOf(toMs === undefined ? US_MAX : toMs + BESIDE_MS);
}
