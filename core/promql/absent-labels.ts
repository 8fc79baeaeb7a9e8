import { type Expr, unwrap } from "#core/promql/expr.ts";
import { METRIC_NAME, NO_LABELS, type SeriesLabels, seriesLabels } from "#core/promql/series-labels.ts";

/** What a series that is not there would be called, as far as its selector says: labels with one value each. */
export function absentLabels(expr: Expr): SeriesLabels {
  const of = unwrap(expr);
  const selector = of.kind === "matrix-selector" ? of.selector : of;
  if (selector.kind !== "vector-selector") return NO_LABELS;
  const labels = new Map<string, string>();
  for (const { name, op, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    labels.set(name, op === "=" && !labels.has(name) ? value : "");
  }
  return seriesLabels(labels);
}
