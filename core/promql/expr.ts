import type { Matcher } from "#core/promql/matcher.ts";

/** Where an expression stands in the text: offsets, the end not included. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** When a selector or subquery looks: `offsetMs` before the time of evaluation, or before a fixed one. */
export interface TimeShift {
  readonly offsetMs: number;
  readonly at?: { readonly kind: "start" | "end" } | { readonly kind: "time"; readonly atMs: number };
}

export interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
  readonly place: Place;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly place: Place;
}

export interface VectorSelector {
  readonly kind: "vector-selector";
  /** The metric's name among them. */
  readonly matchers: readonly Matcher[];
  readonly shift: TimeShift;
  readonly place: Place;
}

export interface MatrixSelector {
  readonly kind: "matrix-selector";
  readonly selector: VectorSelector;
  readonly rangeMs: number;
  readonly place: Place;
}

export interface Subquery {
  readonly kind: "subquery";
  readonly of: Expr;
  readonly rangeMs: number;
  /** Undefined: the default of who evaluates. */
  readonly stepMs: number | undefined;
  readonly shift: TimeShift;
  readonly place: Place;
}

export interface Paren {
  readonly kind: "paren";
  readonly of: Expr;
  readonly place: Place;
}

export interface Unary {
  readonly kind: "unary";
  readonly op: "+" | "-";
  readonly of: Expr;
  readonly place: Place;
}

export type ArithmeticOp = "+" | "-" | "*" | "/" | "%" | "^" | "atan2";
export type ComparisonOp = "==" | "!=" | ">" | "<" | ">=" | "<=";
export type SetOp = "and" | "or" | "unless";
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

/** Which series of both sides belong together. */
export interface Matching {
  readonly isOn: boolean;
  readonly labels: readonly string[];
  /** The side of which several may belong to one of the other. */
  readonly many: "none" | "left" | "right";
  /** Labels that are taken from the one side. */
  readonly include: readonly string[];
  /** Whether any of it is written. */
  readonly isWritten: boolean;
}

export interface Binary {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  readonly isBool: boolean;
  readonly matching: Matching;
  readonly opPlace: Place;
  readonly place: Place;
}

export const AGGREGATIONS = [
  "sum",
  "avg",
  "count",
  "min",
  "max",
  "group",
  "stddev",
  "stdvar",
  "topk",
  "bottomk",
  "count_values",
  "quantile",
] as const;
export type AggregationOp = (typeof AGGREGATIONS)[number];

export interface Aggregation {
  readonly kind: "aggregation";
  readonly op: AggregationOp;
  readonly of: Expr;
  readonly param: Expr | undefined;
  readonly isWithout: boolean;
  readonly labels: readonly string[];
  readonly place: Place;
}

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expr[];
  readonly place: Place;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Paren
  | Unary
  | Binary
  | Aggregation
  | Call;

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(["==", "!=", ">", "<", ">=", "<="]);
const SETS: ReadonlySet<BinaryOp> = new Set(["and", "or", "unless"]);

export function isComparison(op: BinaryOp): op is ComparisonOp {
  return COMPARISONS.has(op);
}

export function isSetOp(op: BinaryOp): op is SetOp {
  return SETS.has(op);
}

/** The expression within its parentheses. */
export function unwrap(expr: Expr): Expr {
  return expr.kind === "paren" ? unwrap(expr.of) : expr;
}
