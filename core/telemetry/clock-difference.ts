/** Clocks of hosts may differ by this. Beyond it, what a host says of time is not believed. */
export const CLOCK_DIFFERENCE_MS_MAX = 5 * 60_000;

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** A difference in ms as people read it, in its two largest units: "12m 5s ahead", "2d 3h behind". */
export function describeClockDifference(ms: number): string {
  let seconds = Math.round(Math.abs(ms) / 1000);
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    seconds %= length;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return `${parts.length === 0 ? "0s" : parts.join(" ")} ${ms < 0 ? "behind" : "ahead"}`;
}
