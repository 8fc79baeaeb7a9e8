import { expect, test } from "vitest";
import { bucketQuantile } from "#core/promql/bucket-quantile.ts";
import { plainNumber, unquote } from "#core/promql/literals.ts";
import { type QueryOptions, queryInstant, queryRange } from "#core/promql/run-query.ts";
import { PROMETHEUS_2, PROMETHEUS_3 } from "#core/promql/series-source.ts";
import { type MemorySeries, memorySource, UNBOUND } from "#core/promql/testing/memory-source.ts";

const counter = (...samples: readonly (readonly [number, number | null])[]): MemorySeries => ({
  labels: { __name__: "c", job: "x" },
  samples: samples.map(([seconds, value]) => [seconds * 1000, value]),
});

async function ask(query: string, seconds: number, series: readonly MemorySeries[], more: Partial<QueryOptions> = {}) {
  const answer = await queryInstant(query, seconds * 1000, { ...UNBOUND, source: memorySource(series), ...more });
  return "series" in answer ? answer.series.map(({ values }) => values[0]) : answer.value;
}

test.each([
  ["count_over_time(c[1m])", PROMETHEUS_3, [4]],
  ["count_over_time(c[1m])", PROMETHEUS_2, [5]],
  ["count_over_time(c[30s:15s])", PROMETHEUS_3, [2]],
  ["count_over_time(c[30s:15s])", PROMETHEUS_2, [3]],
  ["c offset -5m", PROMETHEUS_3, []],
  ["c offset -5m", PROMETHEUS_2, [60]],
] as const)("%s: whether a range begins with its first moment is the dialect's", async (query, dialect, value) => {
  const series = [counter([0, 10], [15, 20], [30, 30], [45, 40], [60, 60])];
  // The lookback of 5 minutes ends exactly at the last sample.
  expect(await ask(query, 60, series, { dialect, lookbackMs: 300_000 })).toEqual(value);
});

test.each([
  // The first sample is 40 s from the start, beyond 1.1 times the 10 s between samples; zero would have been 5 s before it.
  [PROMETHEUS_3, (20 * (20 + 5 + 0)) / 20],
  [PROMETHEUS_2, (20 * (20 + 5 + 0)) / 20],
] as const)("a counter is not extrapolated below zero", async (dialect, value) => {
  const series = [counter([40, 5], [50, 15], [60, 25])];
  expect(await ask("increase(c[61s])", 60, series, { dialect })).toEqual([value]);
});

test("a counter far from the start of its range is extrapolated by half a step or to zero, whichever is nearer", async () => {
  const series = [counter([40, 8], [50, 18], [60, 28])];
  // Zero is 8 s before the first sample, half a step 5 s; the older version takes the 8 s.
  expect(await ask("increase(c[61s])", 60, series, { dialect: PROMETHEUS_3 })).toEqual([20 * (25 / 20)]);
  expect(await ask("increase(c[61s])", 60, series, { dialect: PROMETHEUS_2 })).toEqual([20 * (28 / 20)]);
});

test("a series that ended has no value, and its last range has what came before", async () => {
  const series = [counter([0, 1], [30, 2], [60, null])];
  expect(await ask("c", 59, series)).toEqual([2]);
  expect(await ask("c", 61, series)).toEqual([]);
  expect(await ask("sum_over_time(c[2m])", 61, series)).toEqual([3]);
});

test.each([
  ["nested too deep", `${"(".repeat(300)}1${")".repeat(300)}`, /nested deeper/],
  ["too long", `1 + ${"1".repeat(100_001)}`, /at most/],
  ["of a pattern that is too large", 'c{job=~"(((a{500}){500}){500})"}', /too large|invalid/],
  ["of native histograms", "histogram_sum(c)", /native histograms/],
  [
    "of patterns that are too large together",
    `c{job=~"${".{1,1000}".repeat(30)}"} + c{job=~"${".{1,1000}".repeat(30)}"}`,
    /too large/,
  ],
  ["with a duration nested too deep", `rate(c[${"(".repeat(500)}1${")".repeat(500)}])`, /nested deeper/],
  ["with nothing in it", "  # only words", /no expression found/],
  ["cut off", "rate(c[5m", /1:10: parse error: unexpected end of input/],
  ["that uses what is not there yet", "info(c)", /unknown function|not supported/],
])("a query %s is refused", async (_, query, why) => {
  await expect(ask(query, 0, [])).rejects.toMatchObject({ type: "bad_data", message: expect.stringMatching(why) });
});

const many = Array.from(
  { length: 50 },
  (_, index): MemorySeries => ({
    labels: { __name__: "c", index: String(index) },
    samples: Array.from({ length: 100 }, (_, step) => [step * 15_000, step]),
  }),
);

test.each([
  ["samples", "sum_over_time(c[1h])", 1000],
  ["points of a subquery", "max_over_time(vector(1)[1h:1s]) + on () group_left () max_over_time(c[1h:1s])", 100_000],
])("more %s than a query may hold are refused", async (_, query, pointsMax) => {
  const range = { startMs: 0, endMs: 1_500_000, stepMs: 1000 };
  const asked = queryRange(query, range, { ...UNBOUND, pointsMax, source: memorySource(many) });
  await expect(asked).rejects.toMatchObject({ type: "execution", message: expect.stringMatching(/too many samples/) });
});

test.each(["timeout", "canceled"] as const)(
  "a query that is over by %s ends, and others had their turn",
  async (type) => {
    let turns = 0;
    const asked = queryRange(
      "max_over_time(c[1h:1s])",
      { startMs: 0, endMs: 1_500_000, stepMs: 1000 },
      {
        ...UNBOUND,
        source: memorySource(many),
        pause: async () => {
          turns += 1;
        },
        isOver: () => (turns > 2 ? type : undefined),
      },
    );
    await expect(asked).rejects.toMatchObject({ type });
  },
);

const pairs = (depth: number, of: string): string =>
  depth === 0 ? of : `(${pairs(depth - 1, of)} + ${pairs(depth - 1, of)})`;

test.each<[string, string, number?]>([
  ["numbers", `sum_over_time(vector(${pairs(5, "1")})[100000s:10s])`],
  ["times", `sum_over_time(vector(${pairs(5, "time()")})[100000s:10s])`],
  ["a vector and numbers", `sum_over_time((vector(1) + ${Array(40).fill(1).join(" + ")})[100000s:10s])`],
  // 18 million values in the windows of one series, which begins with 6,000.
  ["windows", "sum_over_time(sum_over_time(vector(1)[6000s:1s])[6000s:1s])", 20],
])("a query of many %s pauses, and ends when it is over", async (_, query, turnsMax = 1) => {
  let turns = 0;
  const pause = async (): Promise<void> => {
    turns += 1;
  };
  const options: QueryOptions = {
    ...UNBOUND,
    source: memorySource([]),
    pause,
    isOver: () => (turns > turnsMax ? "timeout" : undefined),
  };
  await expect(queryInstant(query, 1e9, options)).rejects.toMatchObject({ type: "timeout" });
});

test.each([
  ["label_replace", (of: string) => `label_replace(${of}, "index", "$1$1$1$1", "index", "(.*)")`],
  ["label_join", (of: string) => `label_join(${of}, "index", "", "index", "index", "index", "index")`],
])("texts that %s makes of themselves again and again are as much as points are", async (_, wrap) => {
  let query = "c";
  for (let depth = 0; depth < 20; depth += 1) query = wrap(query);
  const asked = queryInstant(query, 600_000, {
    ...UNBOUND,
    pointsMax: 1_000_000,
    source: memorySource(many.slice(0, 1)),
  });
  await expect(asked).rejects.toMatchObject({
    type: "execution",
    message: expect.stringMatching(/too (many samples|large for a text)/),
  });
});

test("a pattern of label_replace() that is too large is told of as such", async () => {
  const query = (pattern: string) => ask(`label_replace(c, "to", "$1", "index", "${pattern}")`, 0, many);
  await expect(query(".{1,1000}".repeat(60))).rejects.toMatchObject({
    type: "execution",
    message: expect.stringMatching(/come to more than/),
  });
  await expect(query("(a")).rejects.toMatchObject({
    type: "execution",
    message: expect.stringMatching(/invalid regular expression in label_replace/),
  });
});

test("a pattern that is too large for the text that it is held against is told of", async () => {
  const series = [{ labels: { __name__: "c", path: "/".repeat(4000) }, samples: [[0, 1]] }] satisfies MemorySeries[];
  const pattern = ".{1,1000}".repeat(20);
  for (const query of [`c{path=~"${pattern}x"}`, `label_replace(c, "to", "$1", "path", "${pattern}x")`])
    await expect(ask(query, 0, series)).rejects.toMatchObject({
      type: "execution",
      message: expect.stringMatching(/too large for a text of 4000 characters/),
    });
});

test("more than 11,000 points are refused", async () => {
  const asked = queryRange(
    "c",
    { startMs: 0, endMs: 11_001_000, stepMs: 1000 },
    { ...UNBOUND, source: memorySource([]) },
  );
  await expect(asked).rejects.toMatchObject({ message: expect.stringMatching(/11,000 points/) });
});

test("bounds of numbers and texts", () => {
  expect([1e23, 1.5e-7, -0, 0.1, -1e21].map(plainNumber)).toEqual([
    "100000000000000000000000",
    "0.00000015",
    "-0",
    "0.1",
    "-1000000000000000000000",
  ]);
  expect([String.raw`"\x41\102\u0043\n"`, "`\\n`", "'\\''", '"\\q"', '"\\xe4\\xb8\\xad"'].map(unquote)).toEqual([
    "ABC\n",
    "\\n",
    "'",
    undefined,
    "中",
  ]);
});

test("steps down that additions of floats make are none", () => {
  const buckets = [
    { bound: 1, count: 10 },
    { bound: 2, count: 10 - 1e-13 },
    { bound: Number.POSITIVE_INFINITY, count: 20 },
  ];
  expect(bucketQuantile(0.5, buckets)).toBeCloseTo(1, 9);
});
