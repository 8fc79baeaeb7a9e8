export type ValueType = "scalar" | "vector" | "matrix" | "string";

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of the last may be left out; -1: the last may come any number of times. */
  readonly optional: number;
  readonly returns: "scalar" | "vector";
}

const signature = (args: readonly ValueType[], optional = 0, returns: Signature["returns"] = "vector"): Signature => ({
  args,
  optional,
  returns,
});

const OF_VECTOR = signature(["vector"]);
const OF_RANGE = signature(["matrix"]);
const OF_TIME = signature(["vector"], 1);

/** Functions that take floats, as Prometheus has them. */
export const FUNCTIONS = {
  abs: OF_VECTOR,
  absent: OF_VECTOR,
  absent_over_time: OF_RANGE,
  acos: OF_VECTOR,
  acosh: OF_VECTOR,
  asin: OF_VECTOR,
  asinh: OF_VECTOR,
  atan: OF_VECTOR,
  atanh: OF_VECTOR,
  avg_over_time: OF_RANGE,
  ceil: OF_VECTOR,
  changes: OF_RANGE,
  clamp: signature(["vector", "scalar", "scalar"]),
  clamp_max: signature(["vector", "scalar"]),
  clamp_min: signature(["vector", "scalar"]),
  cos: OF_VECTOR,
  cosh: OF_VECTOR,
  count_over_time: OF_RANGE,
  day_of_month: OF_TIME,
  day_of_week: OF_TIME,
  day_of_year: OF_TIME,
  days_in_month: OF_TIME,
  deg: OF_VECTOR,
  delta: OF_RANGE,
  deriv: OF_RANGE,
  double_exponential_smoothing: signature(["matrix", "scalar", "scalar"]),
  exp: OF_VECTOR,
  floor: OF_VECTOR,
  histogram_quantile: signature(["scalar", "vector"]),
  hour: OF_TIME,
  idelta: OF_RANGE,
  increase: OF_RANGE,
  irate: OF_RANGE,
  label_join: signature(["vector", "string", "string", "string"], -1),
  label_replace: signature(["vector", "string", "string", "string", "string"]),
  last_over_time: OF_RANGE,
  ln: OF_VECTOR,
  log10: OF_VECTOR,
  log2: OF_VECTOR,
  mad_over_time: OF_RANGE,
  max_over_time: OF_RANGE,
  min_over_time: OF_RANGE,
  minute: OF_TIME,
  month: OF_TIME,
  pi: signature([], 0, "scalar"),
  predict_linear: signature(["matrix", "scalar"]),
  present_over_time: OF_RANGE,
  quantile_over_time: signature(["scalar", "matrix"]),
  rad: OF_VECTOR,
  rate: OF_RANGE,
  resets: OF_RANGE,
  round: signature(["vector", "scalar"], 1),
  scalar: signature(["vector"], 0, "scalar"),
  sgn: OF_VECTOR,
  sin: OF_VECTOR,
  sinh: OF_VECTOR,
  sort: OF_VECTOR,
  sort_desc: OF_VECTOR,
  sqrt: OF_VECTOR,
  stddev_over_time: OF_RANGE,
  stdvar_over_time: OF_RANGE,
  sum_over_time: OF_RANGE,
  tan: OF_VECTOR,
  tanh: OF_VECTOR,
  time: signature([], 0, "scalar"),
  timestamp: OF_VECTOR,
  vector: signature(["scalar"]),
  year: OF_TIME,
} as const satisfies Record<string, Signature>;

export type FunctionName = keyof typeof FUNCTIONS;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** What native histograms alone have: no series here is one. */
export const HISTOGRAM_FUNCTIONS: ReadonlySet<string> = new Set([
  "histogram_avg",
  "histogram_count",
  "histogram_fraction",
  "histogram_quantiles",
  "histogram_stddev",
  "histogram_stdvar",
  "histogram_sum",
]);
