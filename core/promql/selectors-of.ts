import type { Expr, VectorSelector } from "#core/promql/expr.ts";

/** Every selector of series that an expression reads. */
export function* selectorsOf(expr: Expr): Generator<VectorSelector, void, undefined> {
  switch (expr.kind) {
    case "number":
    case "string":
      return;
    case "vector-selector":
      yield expr;
      return;
    case "matrix-selector":
      yield expr.selector;
      return;
    case "subquery":
    case "paren":
    case "unary":
      yield* selectorsOf(expr.of);
      return;
    case "binary":
      yield* selectorsOf(expr.left);
      yield* selectorsOf(expr.right);
      return;
    case "aggregation":
      if (expr.param !== undefined) yield* selectorsOf(expr.param);
      yield* selectorsOf(expr.of);
      return;
    case "call":
      for (const arg of expr.args) yield* selectorsOf(arg);
  }
}
