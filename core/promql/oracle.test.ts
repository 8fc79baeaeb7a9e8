import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiNumber } from "#core/promql/literals.ts";
import { PromqlError } from "#core/promql/promql-error.ts";
import { type QueryResult, queryInstant, queryRange } from "#core/promql/run-query.ts";
import { PROMETHEUS_2, type SeriesSource } from "#core/promql/series-source.ts";
import { type MemorySeries, memorySource, UNBOUND } from "#core/promql/testing/memory-source.ts";
import { Random, randomQuery, randomSeries } from "#core/promql/testing/random-queries.ts";
import { seed } from "#testing/fc.ts";
import { type RunningPrometheus, startPrometheus } from "#testing/prometheus/start-prometheus.ts";
import { remoteWrite } from "#testing/prometheus/write-request.ts";

const QUERIES = Number(process.env.FUZZ_RUNS ?? 600);
const START = 1_700_000_000_000;
const END = START + 45 * 60_000;
const SLICE_MS = 120_000;
/** Sums of floats differ in their last digits by the order of their terms. */
const RELATIVE = 1e-8;
/** What makes another answer of another last digit: rounding, comparing, choosing, and going round and round a large angle. */
const JUMPS = /\b(ceil|floor|round|sgn|changes|resets|count_values|quantile\w*|topk|bottomk|sin|cos|tan)\b|[%<>]|[!=]=/;
/** Of 600 queries about one. */
const JUMPS_SHARE_MAX = 0.01;

let prometheus: RunningPrometheus;
let source: SeriesSource;

async function fill(series: readonly MemorySeries[]): Promise<void> {
  for (let from = START; from <= END + SLICE_MS; from += SLICE_MS) {
    const slice = series
      .map(({ labels, samples }) => ({
        labels,
        samples: samples.filter(([ms]) => ms >= from && ms < from + SLICE_MS),
      }))
      .filter(({ samples }) => samples.length > 0);
    if (slice.length > 0) await remoteWrite(`${prometheus.url}/api/v1/write`, slice);
  }
}

beforeAll(async () => {
  prometheus = await startPrometheus();
  const series = randomSeries(new Random(seed), START, END);
  source = memorySource(series);
  await fill(series);
});
afterAll(() => prometheus?.stop());

type Answer =
  | { readonly error: string; readonly message: string }
  | {
      readonly type: string;
      readonly points: Readonly<Record<string, Readonly<Record<string, number>>>>;
      readonly order: readonly string[];
    };

interface Asked {
  readonly query: string;
  readonly at?: number;
  readonly range?: { readonly startMs: number; readonly endMs: number; readonly stepMs: number };
}

const nameOf = (labels: Iterable<readonly [string, string]>): string => JSON.stringify([...labels].sort());
const numberOf = (text: string): number => Number(text.replace("Inf", "Infinity"));

async function askPrometheus({ query, at, range }: Asked): Promise<Answer> {
  const form = new URLSearchParams(
    range === undefined
      ? { query, time: String((at ?? 0) / 1000) }
      : {
          query,
          start: String(range.startMs / 1000),
          end: String(range.endMs / 1000),
          step: String(range.stepMs / 1000),
        },
  );
  const path = range === undefined ? "query" : "query_range";
  const answer = (await (await fetch(`${prometheus.url}/api/v1/${path}`, { method: "POST", body: form })).json()) as {
    readonly status: string;
    readonly errorType: string;
    readonly error: string;
    readonly data: { readonly resultType: string; readonly result: never };
  };
  if (answer.status !== "success") return { error: answer.errorType, message: answer.error };
  const { resultType, result } = answer.data;
  if (resultType === "scalar" || resultType === "string") {
    const [seconds, value] = result as [number, string];
    return { type: resultType, points: { "": { [seconds * 1000]: numberOf(value) } }, order: [] };
  }
  const list = result as { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
  return {
    type: resultType,
    order: list.map(({ metric }) => nameOf(Object.entries(metric))),
    points: Object.fromEntries(
      list.map(({ metric, value, values }) => [
        nameOf(Object.entries(metric)),
        Object.fromEntries(
          (values ?? (value === undefined ? [] : [value])).map(([seconds, text]) => [
            Math.round(seconds * 1000),
            numberOf(text),
          ]),
        ),
      ]),
    ),
  };
}

async function askPharos({ query, at, range }: Asked): Promise<Answer> {
  const options = { ...UNBOUND, source, dialect: PROMETHEUS_2 };
  let result: QueryResult;
  try {
    result =
      range === undefined ? await queryInstant(query, at ?? 0, options) : await queryRange(query, range, options);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return { error: error.type, message: error.message };
  }
  if (result.resultType === "scalar" || result.resultType === "string")
    return { type: result.resultType, points: { "": { [result.atMs]: Number(result.value) } }, order: [] };
  return {
    type: result.resultType,
    order: result.series.map(({ labels }) => nameOf(labels)),
    points: Object.fromEntries(
      result.series.map(({ labels, timesMs, values }) => [
        nameOf(labels),
        Object.fromEntries(
          Array.from(timesMs, (ms, index) => [Math.round(ms), numberOf(apiNumber(values[index] ?? Number.NaN))]),
        ),
      ]),
    ),
  };
}

function isNear(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= RELATIVE * Math.max(1, Math.abs(a), Math.abs(b));
}

/** The first difference, in words; undefined where both answer the same. */
function differenceOf(ours: Answer, theirs: Answer): string | undefined {
  if ("error" in ours || "error" in theirs) {
    if ("error" in ours && "error" in theirs)
      return ours.error === theirs.error
        ? undefined
        : `${ours.error} (${ours.message}) and not ${theirs.error} (${theirs.message})`;
    return `${"error" in ours ? ours.message : "an answer"} and not ${"error" in theirs ? theirs.message : "an answer"}`;
  }
  if (ours.type !== theirs.type) return `${ours.type} and not ${theirs.type}`;
  for (const name of new Set([...Object.keys(ours.points), ...Object.keys(theirs.points)])) {
    const [a, b] = [ours.points[name], theirs.points[name]];
    if (a === undefined || b === undefined) return `${name} is ${a === undefined ? "missing" : "too many"}`;
    for (const ms of new Set([...Object.keys(a), ...Object.keys(b)]))
      if (!isNear(a[ms], b[ms])) return `${name} at ${ms}: ${a[ms]} and not ${b[ms]}`;
  }
  return undefined;
}

async function compare(asked: Asked): Promise<string | undefined> {
  const [ours, theirs] = await Promise.all([askPharos(asked), askPrometheus(asked)]);
  return differenceOf(ours, theirs);
}

/** What dashboards and people ask; the random ones come to the rest. */
const TABLE = [
  "1 + 1",
  '"text" == bool 1 or level',
  "time()",
  "vector(1)",
  "level",
  "level[5m]",
  "level[5m:1m]",
  '{__name__=~"lev.*|limit"}',
  "sum(rate(requests_total[5m])) by (job) > 0",
  'sum by (job) (rate(requests_total{code=~"5.."}[5m])) / sum by (job) (rate(requests_total[5m]))',
  "histogram_quantile(0.99, sum(rate(took_bucket[5m])) by (job, le))",
  "sum(irate(requests_total[2m])) OR on() vector(0)",
  'count({job=~".+"}) by (__name__)',
  'round(sum(irate(requests_total{job="a"}[5m])), 0.001)',
  'label_replace(level, "host", "$2.$1", "instance", "(.)(.*)")',
  'label_replace(level, "job", "", "job", ".*")',
  'label_join(level, "a", "-", "job", "zone")',
  'absent(missing{job="x", zone=~"y", code="1", code="2"})',
  'absent((missing{job="x"}))',
  "absent(sum(missing))",
  'absent_over_time(missing{job="x"}[5m])',
  "max_over_time(rate(requests_total[1m])[10m:30s])",
  "sum_over_time(level[5m] offset -2m)",
  "level offset 1m30s",
  "-level",
  "+level",
  "-2 ^ 2",
  "2 ^ 3 ^ 2",
  "1 - -1",
  "level ^ 0.5",
  "1 ^ NaN",
  "Inf - Inf",
  "0 / 0",
  "5 % -3",
  "1e3 + 0x1F",
  "limit * on (job, instance) group_left (zone) level",
  "requests_total / on (job, instance) group_left () limit",
  "limit * on (job) group_left (version) info",
  "info * on (job) group_right () limit",
  "limit > 20 < 40",
  "20 > limit",
  "limit >= bool 20",
  "requests_total unless on (job, instance) (limit > 20)",
  "topk(1, sum by (job) (rate(took_bucket[5m])))",
  "bottomk by (job) (1, sum by (job, instance) (rate(took_bucket[5m])))",
  "topk(0, level)",
  "topk(-1, level)",
  "quantile(0.5, limit)",
  'count_values("v", limit)',
  'count_values without (instance) ("v", limit)',
  "group(level)",
  "stddev by (job) (limit)",
  "clamp(limit, 15, 25)",
  "clamp(limit, 25, 15)",
  "scalar(limit)",
  'scalar(level{job="a", instance="1"})',
  "changes(limit[10m])",
  "resets(requests_total[20m])",
  "deriv(level[5m])",
  "predict_linear(level[5m], 600)",
  "holt_winters(limit[10m], 0.5, 0.5)",
  "quantile_over_time(0.9, limit[10m])",
  "day_of_year()",
  "days_in_month()",
  "day_of_month(vector(1e9))",
  "acos(vector(0.5)) + asin(vector(0.5)) + atan(vector(2)) + acosh(vector(2)) + asinh(vector(2)) + atanh(vector(0.5))",
  "sin(vector(1)) + cos(vector(1)) + tan(vector(1)) + sinh(vector(1)) + cosh(vector(1)) + tanh(vector(1)) + exp(vector(1))",
  "pi() * deg(vector(1)) - rad(vector(1))",
  "sgn(limit - 20)",
  "level @ 1700001234",
  "rate(requests_total[5m] @ end())",
  "sum(limit) without (instance)",
  "sum by () (limit)",
  "avg without () (limit)",
  "limit and on () vector(1)",
  "limit or on (job) info",
  "# a comment\nlimit",
  "limit{job='a',}",
  "limit{instance=`1`}",
  'limit{instance="\\x31"}',
  "SUM(limit)",
  "limit AND limit",
  "requests_total + requests_total",
  "level + limit",
  "max(level) - min(level)",
  "rate(level[5m]) or rate(limit[5m])",
  "histogram_quantile(0.5, level)",
  'histogram_quantile(0.9, took_bucket{le!="+Inf"})',
  "last_over_time(limit[10m])",
  "timestamp(limit)",
  "timestamp(limit + 1)",
] as const;

const REFUSED = [
  "rate(level)",
  "rate(level[5m], 1)",
  "rate()",
  "round(level, 1, 2)",
  "label_join(level)",
  "nonsense(level)",
  "sum(1)",
  'sum("x")',
  "topk(level)",
  "sum(level, 1)",
  "sum()",
  'topk("x", level)',
  "count_values(1, level)",
  "1 and level",
  "1 > 2",
  "1 + bool 2",
  'level + "x"',
  '-"x"',
  "level[5m] + 1",
  "sum(level[5m])",
  "level[5m]",
  '"x"',
  "{}",
  '{job=""}',
  '{job=~".*"}',
  'level{__name__="limit"}',
  "level and on (job) group_left limit",
  "level + on (job) group_left (job) limit",
  "1 + on (job) level",
  "rate(level[5m] offset 1m offset 2m)",
  "level @ 1 @ 2",
  "sum(level) offset 1m",
  "(level)[5m]",
  "1[5m:1m]",
  "level[0s]",
  "limit * on (job) limit",
  "limit * on (instance) info",
  "limit + on () group_left () level",
  "level * on (job) info",
  'label_replace(level, "1", "", "job", ".*")',
  'label_replace(level, "job", "", "job", "(")',
  'label_replace(level, "instance", "x", "job", ".*")',
  'label_join(level, "x", "-", "1")',
  'count_values("1", level)',
  "holt_winters(level[5m], 2, 0.5)",
] as const;

const RANGES = [
  { startMs: START + 5 * 60_000, endMs: END, stepMs: 60_000 },
  { startMs: START + 1_234, endMs: START + 20 * 60_000, stepMs: 7_000 },
  { startMs: START + 30 * 60_000, endMs: END + 10 * 60_000, stepMs: 15_000 },
] as const;

describe(`a real Prometheus and this engine answer the same (FUZZ_SEED=${seed})`, () => {
  test.each(TABLE)("to %s", async (query) => {
    for (const range of RANGES) expect(await compare({ query, range })).toBeUndefined();
    expect(await compare({ query, at: START + 20 * 60_000 })).toBeUndefined();
  });

  test.each(REFUSED)("to %s, which both refuse in the same words", async (query) => {
    const asked = { query, range: RANGES[0] };
    const [ours, theirs] = await Promise.all([askPharos(asked), askPrometheus(asked)]);
    expect(theirs).toHaveProperty("error");
    // Of several series at fault they name whichever their store has first.
    const wordsOf = (answer: Answer) => JSON.stringify(answer).replaceAll(/\{[^{}]*=[^{}]*\}/g, "{…}");
    expect(wordsOf(ours)).toEqual(wordsOf(theirs));
  });

  test.each(["sort(limit)", "sort_desc(took_bucket)", "topk(5, took_bucket)", "sort(-level)"])(
    "to %s in the same order",
    async (query) => {
      const asked = {
        query: query.replace(/\w+_?\w*\)$/, (name) => `1e-9 * ${name.slice(0, -1)} + timestamp(${name.slice(0, -1)}))`),
        at: START + 20 * 60_000,
      };
      const [ours, theirs] = await Promise.all([askPharos(asked), askPrometheus(asked)]);
      // Of equal values each has whichever its store has first.
      const valuesOf = (answer: Answer) =>
        "order" in answer ? answer.order.flatMap((name) => Object.values(answer.points[name] ?? {})) : answer;
      expect(valuesOf(ours)).toEqual(valuesOf(theirs));
    },
  );

  test("to random queries", async () => {
    const random = new Random(seed + 1);
    const differ: string[] = [];
    const byLastDigit: string[] = [];
    for (let run = 0; run < QUERIES; run += 1) {
      const query = randomQuery(random, 1 + random.below(3));
      const asked = random.is(0.5)
        ? { query, range: random.of(RANGES) }
        : { query, at: START + random.below(END - START) };
      const difference = await compare(asked);
      if (difference !== undefined)
        (JUMPS.test(query) ? byLastDigit : differ).push(
          `${query}  [${JSON.stringify(asked.range ?? asked.at)}]: ${difference}`,
        );
    }
    expect(differ).toEqual([]);
    if (byLastDigit.length > QUERIES * JUMPS_SHARE_MAX) expect(byLastDigit).toEqual([]);
  }, 600_000);
});
