/**
 * Gives one destination a share of 0 to 100 and the rest to the others in the proportion they had; whole numbers that
 * come to 100. Others that all had nothing share equally. A lone destination has all.
 */
export function rebalanceWeights(weights: readonly number[], index: number, share: number): number[] {
  if (weights.length < 2) return weights.map(() => 100);
  const own = Math.min(100, Math.max(0, Math.round(share)));
  const others = weights.map((weight, at) => (at === index ? 0 : Math.max(0, weight)));
  const sum = others.reduce((total, weight) => total + weight, 0);
  const parts = sum > 0 ? others : others.map((_, at) => (at === index ? 0 : 1));
  return shareOut(100 - own, parts).map((weight, at) => (at === index ? own : weight));
}

/** Equal shares that come to 100, the first ones larger by one where it does not divide. */
export function evenWeights(count: number): number[] {
  return shareOut(
    100,
    Array.from({ length: count }, () => 1),
  );
}

/** Largest remainder: the parts are whole and come to the total. */
function shareOut(total: number, parts: readonly number[]): number[] {
  const sum = parts.reduce((all, part) => all + part, 0);
  const exact = parts.map((part) => (sum === 0 ? 0 : (total * part) / sum));
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((all, part) => all + part, 0);
  const byRemainder = exact
    .map((value, at) => ({ at, remainder: value - Math.floor(value) }))
    .filter(({ at }) => (parts[at] ?? 0) > 0)
    .sort((left, right) => right.remainder - left.remainder || left.at - right.at);
  for (const { at } of byRemainder.slice(0, missing)) whole[at] = (whole[at] ?? 0) + 1;
  return whole;
}
