import type { MemorySeries } from "#core/promql/testing/memory-source.ts";

/** The same numbers for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  is(share: number): boolean {
    return this.next() < share;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

const BOUNDS = ["0.1", "1", "5", "10", "+Inf"];

/** Counters with resets, gauges, histograms: with gaps, jitter, ends and beginnings. */
export function randomSeries(random: Random, startMs: number, endMs: number): MemorySeries[] {
  const all: MemorySeries[] = [];
  const add = (labels: Record<string, string>, next: () => number): void => {
    const every = random.of([10_000, 15_000, 30_000, 60_000]);
    const samples: [number, number | null][] = [];
    let ms = startMs + random.below(random.is(0.3) ? (endMs - startMs) / 2 : 60_000);
    ms = random.is(0.5) ? Math.ceil(ms / every) * every : ms;
    const jitter = random.is(0.5);
    while (ms <= endMs) {
      const at = jitter ? ms + random.below(every / 5) : ms;
      const isGap = random.is(0.03);
      if (random.is(0.02)) samples.push([at, null]);
      else if (!random.is(0.05)) samples.push([at, next()]);
      ms += every * (isGap ? 1 + random.below(30) : 1);
    }
    if (samples.length > 0) all.push({ labels, samples });
  };
  for (const job of ["a", "b"])
    for (const instance of ["1", "2", "3"]) {
      for (const code of ["200", "404", "500"]) {
        if (random.is(0.2)) continue;
        let count = random.below(1000);
        add({ __name__: "requests_total", job, instance, code }, () => {
          if (random.is(0.03)) count = random.below(10);
          else if (!random.is(0.2)) count += random.below(100);
          return count;
        });
      }
      let level = random.next() * 100;
      add({ __name__: "level", job, instance, zone: random.of(["x", "y"]) }, () => {
        level = random.is(0.3) ? level : level + (random.next() - 0.5) * 20;
        return random.is(0.01) ? random.of([Number.NaN, Number.POSITIVE_INFINITY]) : Math.round(level * 8) / 8;
      });
      if (random.is(0.8)) add({ __name__: "limit", job, instance }, () => 10 * (1 + random.below(4)));
      const counts = BOUNDS.map(() => 0);
      for (const [index, le] of BOUNDS.entries()) {
        let own = 0;
        add({ __name__: "took_bucket", job, instance, le }, () => {
          own += random.below(10) * (index + 1) + 1;
          counts[index] = own;
          return own;
        });
      }
    }
  add({ __name__: "info", job: "a", version: "v1" }, () => 1);
  add({ __name__: "info", job: "b", version: "v2" }, () => 1);
  return all;
}

const OVER_TIME = [
  "rate",
  "increase",
  "delta",
  "irate",
  "idelta",
  "sum_over_time",
  "avg_over_time",
  "count_over_time",
  "min_over_time",
  "max_over_time",
  "last_over_time",
  "present_over_time",
  "stddev_over_time",
  "stdvar_over_time",
  "changes",
  "resets",
  "deriv",
  "absent_over_time",
];
const INSTANT = [
  "abs",
  "ceil",
  "floor",
  "ln",
  "log2",
  "log10",
  "sqrt",
  "sgn",
  "deg",
  "rad",
  "sin",
  "cos",
  "atan",
  "-",
  "absent",
  "round",
];
const AGGREGATES = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"];
const LABELS = ["job", "instance", "code", "zone", "le"];
const DURATIONS = ["30s", "1m", "2m30s", "5m", "7m", "13m"];

/** A query that a person might write, and many that nobody would. */
export function randomQuery(random: Random, depth = 3): string {
  const shift = (): string => {
    if (random.is(0.8)) return "";
    return random.of([
      " offset 1m",
      " offset -90s",
      " offset 7m",
      " @ end()",
      " @ start()",
      " @ end() offset 2m",
      " @ 1700001234.5",
    ]);
  };
  const selector = (): string => {
    const name = random.of(["requests_total", "requests_total", "level", "level", "limit", "info", "missing"]);
    const matchers: string[] = [];
    if (random.is(0.3))
      matchers.push(
        random.of([
          'job="a"',
          'job!="a"',
          'instance=~"1|2"',
          'instance!~"1.*"',
          'code=~"5.."',
          'code=""',
          'zone=~".+"',
        ]),
      );
    return `${name}${matchers.length > 0 ? `{${matchers.join(",")}}` : ""}`;
  };
  const range = (): string =>
    random.is(0.8) || depth < 1
      ? `${selector()}[${random.of(DURATIONS)}]${shift()}`
      : `(${vector(depth - 1)})[${random.of(DURATIONS)}:${random.of(["", "30s", "1m", "17s"])}]${shift()}`;
  const labels = (): string => {
    const chosen = LABELS.filter(() => random.is(0.4));
    return `(${chosen.join(", ")})`;
  };
  const scalar = (): string =>
    random.of([
      "2",
      "-1.5",
      "0.5",
      "10",
      "time() / 1e9",
      'scalar(level{job="a",instance="1"})',
      "1 / 3",
      "2 ^ 3 ^ 0.5",
      "-2 ^ 2",
      "7 % 3",
      "0x10",
      "pi()",
    ]);
  const vector = (left: number): string => {
    if (left <= 0) return `${selector()}${shift()}`;
    const sub = (): string => vector(left - 1);
    switch (random.below(13)) {
      case 0:
        return `${selector()}${shift()}`;
      case 1:
      case 2:
        return `${random.of(OVER_TIME)}(${range()})`;
      case 3:
        return `${random.of(INSTANT)}(${sub()})`;
      case 4:
      case 5:
        return `${random.of(AGGREGATES)} ${random.of(["by", "without"])} ${labels()} (${sub()})`;
      case 6:
        return `(${sub()}) ${random.of(["+", "-", "*", "/", "%", "^", ">", "<", "==", "!=", ">=", "<=", "> bool", "== bool"])} ${scalar()}`;
      case 7:
        return `${scalar()} ${random.of(["+", "-", "*", "/", ">", "< bool"])} (${sub()})`;
      case 8: {
        const op = random.of(["+", "-", "*", "/", ">", "<=", "!= bool"]);
        const match = random.of([
          "",
          "on (job, instance)",
          "ignoring (code, zone)",
          "on (job)",
          "on (job, instance) group_left",
          "on (job) group_left (version)",
          "on (job, instance) group_right (zone)",
          "ignoring (le, code) group_left ()",
        ]);
        return `(${sub()}) ${op} ${match} (${sub()})`;
      }
      case 9:
        return `(${sub()}) ${random.of(["and", "or", "unless"])} ${random.of(["", "on (job)", "ignoring (code)", "on ()"])} (${sub()})`;
      case 10:
        return random.of([
          () =>
            `histogram_quantile(${random.of(["0.5", "0.9", "0", "1", "1.2", "-1"])}, sum by (le${random.of(["", ", job"])}) (rate(took_bucket[${random.of(DURATIONS)}])))`,
          () => `histogram_quantile(${scalar()}, took_bucket)`,
          () => `quantile_over_time(${random.of(["0.1", "0.5", "0.99", "2"])}, ${range()})`,
          () => `predict_linear(${selector()}[${random.of(DURATIONS)}], ${random.of(["60", "-3600", "0"])})`,
          () => `holt_winters(${range()}, 0.3, 0.6)`,
          () => `quantile by ${labels()} (${random.of(["0", "0.25", "0.9", "1.5"])}, ${sub()})`,
          () => `timestamp(${selector()} ${random.of(["", "offset 90s", "@ end()"])})`,
          () => `count_values by (job) ("value", ${selector()})`,
        ])();
      case 11:
        return random.of([
          () => `label_replace(${sub()}, "to", "$1-x", "${random.of(LABELS)}", "(.*)")`,
          () => `label_replace(${sub()}, "instance", "\${1}", "job", "([a-b]+)")`,
          () => `label_join(${sub()}, "to", "/", "job", "instance", "none")`,
          () => `clamp(${sub()}, 1, 50)`,
          () => `clamp_min(${sub()}, 3)`,
          () => `clamp_max(${sub()}, ${scalar()})`,
          () => `round(${sub()}, 0.25)`,
          () => `vector(${scalar()})`,
          () =>
            `${random.of(["topk", "bottomk"])} by (job) (2, sum by (job, instance) (rate(took_bucket[${random.of(DURATIONS)}])))`,
          () => `${random.of(["topk", "bottomk"])}(3, sum without (le) (rate(took_bucket[${random.of(DURATIONS)}])))`,
          () =>
            `${random.of(["hour", "minute", "day_of_week", "day_of_month", "month", "year", "days_in_month", "day_of_year"])}(${random.of(["limit * 1e7", "timestamp(level)", ""])})`,
        ])();
      default:
        return `(${sub()})`;
    }
  };
  return vector(depth);
}
