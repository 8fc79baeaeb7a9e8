import type { Fetched, FetchOptions } from "#core/promql/fetch-selectors.ts";
import type { Meter } from "#core/promql/meter.ts";
import type { Dialect } from "#core/promql/series-source.ts";
import type { PatternBudget } from "#core/schema/pattern-budget.ts";

/** What all parts of one query share. */
export interface EvalScope {
  readonly fetched: Fetched;
  readonly meter: Meter;
  /** Of functions; matchers have one of their own. */
  readonly patterns: PatternBudget;
  readonly dialect: Dialect;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  readonly query: FetchOptions["query"];
}
