/** Upper bounds of Istio's histograms, of ms and of bytes: Envoy's default buckets, as Istio's dashboards expect. */
export const LE_BOUNDS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
] as const;

/** One bucket for each bound of Istio's, and one for what is above the highest. */
export const LE_COUNT = LE_BOUNDS.length + 1;

/** Length of a telemetry window in ms; window starts are multiples of it. */
export const WINDOW_MS = 10_000;

/** From one bound to the next at most: the middle of a bucket is within 2 % of all that is in it. */
const RATIO_MAX = 1.04;
/** Bodies and times above it are counted in one bucket. */
const HIGHEST = 2 ** 40;
/** Whole numbers below it are looked up. */
const TABLE = 4096;

/** Each of Istio's buckets in equal ratios: what is counted by these is counted by Istio's too. */
function divide(): readonly number[] {
  const bounds: number[] = [LE_BOUNDS[0]];
  for (const upper of [...LE_BOUNDS.slice(1), HIGHEST]) {
    const lower = bounds.at(-1) ?? upper;
    const parts = Math.ceil(Math.log(upper / lower) / Math.log(RATIO_MAX));
    for (let part = 1; part < parts; part += 1) bounds.push(lower * (upper / lower) ** (part / parts));
    bounds.push(upper);
  }
  return bounds;
}

/** Upper bounds of the buckets that are counted by, in ms or in bytes. Their number never changes: stores hold it. */
const BOUNDS: readonly number[] = divide();

/** One for each bound, and one for what is above the highest. */
export const BUCKET_COUNT = BOUNDS.length + 1;

/** Above which value and up to which a bucket counts. */
export function boundsOf(bucket: number): { readonly above: number; readonly upTo: number } {
  return { above: BOUNDS[bucket - 1] ?? 0, upTo: upperBound(bucket) };
}

export function upperBound(bucket: number): number {
  return BOUNDS[bucket] ?? Number.POSITIVE_INFINITY;
}

function search(value: number): number {
  let [low, high] = [0, BOUNDS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (BOUNDS[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const SMALL = Uint16Array.from({ length: TABLE }, (_, value) => search(value));

/** Index of the bucket whose upper bound is the first at or above `value`. */
export function bucketOf(value: number): number {
  return SMALL[value] ?? search(value);
}

/** What all of a bucket is taken for: within 2 % of each value in it. Nothing takes no time. */
export function middleOf(bucket: number): number {
  const { above, upTo } = boundsOf(bucket);
  if (above === 0) return 0;
  return upTo === Number.POSITIVE_INFINITY ? above : (2 * above * upTo) / (above + upTo);
}

function leOf(bucket: number): number {
  const index = LE_BOUNDS.findIndex((bound) => (BOUNDS[bucket] ?? Number.POSITIVE_INFINITY) <= bound);
  return index < 0 ? LE_BOUNDS.length : index;
}

/** Which of Istio's buckets each bucket is in. */
export const LE_OF: readonly number[] = Array.from({ length: BUCKET_COUNT }, (_, bucket) => leOf(bucket));
