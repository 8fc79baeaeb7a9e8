import type { Fetched, FetchOptions } from "#core/promql/fetch-selectors.ts";
import type { Meter } from "#core/promql/meter.ts";
import type { Dialect } from "#core/promql/series-source.ts";

/** What all parts of one query share. */
export interface EvalScope {
  readonly fetched: Fetched;
  readonly meter: Meter;
  readonly dialect: Dialect;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  readonly query: FetchOptions["query"];
}
