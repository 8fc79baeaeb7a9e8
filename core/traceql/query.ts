/** What is known of a span by itself, and of its trace. */
export const INTRINSICS = [
  "name",
  "duration",
  "status",
  "statusMessage",
  "kind",
  "service",
  "traceDuration",
  "rootName",
  "rootServiceName",
] as const;
export type Intrinsic = (typeof INTRINSICS)[number];

export type Field =
  | { readonly kind: "intrinsic"; readonly name: Intrinsic }
  /** Without a scope the span's own attribute counts, and its resource's where it has none. */
  | { readonly kind: "attribute"; readonly scope: "span" | "resource" | "any"; readonly name: string };

/** Durations are numbers of ms; words are those of `status` and `kind`. */
export type Literal = string | number | boolean | { readonly word: string } | null;

export type CompareOp = "=" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~";

/** What is asked of one span. */
export type SpanCondition =
  | { readonly kind: "compare"; readonly field: Field; readonly op: CompareOp; readonly value: Literal }
  | { readonly kind: "and" | "or"; readonly of: readonly [SpanCondition, SpanCondition] }
  | { readonly kind: "not"; readonly of: SpanCondition };

export type SpansetOp = "&&" | "||" | ">" | ">>" | "<" | "<<" | "~";

export type Spanset =
  /** Every span where nothing is asked. */
  | { readonly kind: "filter"; readonly where: SpanCondition | undefined }
  | { readonly kind: "combine"; readonly op: SpansetOp; readonly of: readonly [Spanset, Spanset] };

export const AGGREGATES = ["count", "avg", "min", "max", "sum"] as const;

/** What is done with the spans that were found, in order. */
export type Stage =
  | { readonly kind: "filter"; readonly spanset: Spanset }
  | { readonly kind: "select"; readonly fields: readonly Field[] }
  | { readonly kind: "by"; readonly fields: readonly Field[] }
  | { readonly kind: "coalesce" }
  | {
      readonly kind: "aggregate";
      readonly of: (typeof AGGREGATES)[number];
      /** Absent for `count()`. */
      readonly field?: Field;
      readonly op: CompareOp;
      readonly value: number;
    };

export const METRICS = [
  "rate",
  "count_over_time",
  "sum_over_time",
  "avg_over_time",
  "min_over_time",
  "max_over_time",
  "quantile_over_time",
] as const;

/** A figure over time, of the spans that are found. */
export interface Metric {
  readonly of: (typeof METRICS)[number];
  /** Absent for `rate()` and `count_over_time()`. */
  readonly field?: Field;
  /** Of `quantile_over_time`, 0 to 1. */
  readonly quantiles: readonly number[];
  /** A series for each of their values. */
  readonly by: readonly Field[];
}

/** A query of TraceQL that makes series. */
export interface TraceQlMetrics {
  readonly query: TraceQl;
  readonly metric: Metric;
}

/** A query of TraceQL that finds traces. */
export interface TraceQl {
  readonly spanset: Spanset;
  readonly stages: readonly Stage[];
}
