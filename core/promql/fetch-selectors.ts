import type { Expr, TimeShift, VectorSelector } from "#core/promql/expr.ts";
import type { Meter } from "#core/promql/meter.ts";
import type { SeriesSource, SourceSeries } from "#core/promql/series-source.ts";
import { endOf, type Steps } from "#core/promql/steps.ts";

/** A time span with what it is read for. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly rangeMs: number;
}

export type Fetched = ReadonlyMap<VectorSelector, readonly SourceSeries[]>;

export interface FetchOptions {
  readonly source: SeriesSource;
  readonly meter: Meter;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  /** What @ start() and @ end() are. */
  readonly query: { readonly startMs: number; readonly endMs: number };
}

/** The time that a selector looks at when it is evaluated at `atMs`. */
export function refMs({ at, offsetMs }: TimeShift, atMs: number, query: FetchOptions["query"]): number {
  if (at === undefined) return atMs - offsetMs;
  const fixed = at.kind === "time" ? at.atMs : at.kind === "start" ? query.startMs : query.endMs;
  return fixed - offsetMs;
}

/** Every selector's series, before anything is evaluated. */
export async function fetchSelectors(expr: Expr, steps: Steps, options: FetchOptions): Promise<Fetched> {
  const { source, meter, lookbackMs, subqueryStepMs, query } = options;
  const found = new Map<VectorSelector, readonly SourceSeries[]>();
  const shifted = ({ fromMs, toMs, ...rest }: Span, shift: TimeShift): Span => ({
    ...rest,
    fromMs: refMs(shift, fromMs, query),
    toMs: refMs(shift, toMs, query),
  });
  const select = async (selector: VectorSelector, span: Span): Promise<void> => {
    const { fromMs, toMs } = shifted(span, selector.shift);
    meter.check();
    const series = await source.select({
      matchers: selector.matchers,
      fromMs: fromMs - (span.rangeMs > 0 ? span.rangeMs : lookbackMs),
      toMs,
      stepMs: span.stepMs,
      rangeMs: span.rangeMs,
      samplesMax: meter.left,
    });
    meter.hold(series.reduce((sum, { timesMs }) => sum + timesMs.length, 0));
    found.set(selector, series);
  };
  const walk = async (of: Expr, span: Span): Promise<void> => {
    switch (of.kind) {
      case "number":
      case "string":
        return;
      case "vector-selector":
        return select(of, span);
      case "matrix-selector":
        return select(of.selector, { ...span, rangeMs: of.rangeMs });
      case "subquery": {
        const { fromMs, toMs } = shifted(span, of.shift);
        return walk(of.of, {
          fromMs: fromMs - of.rangeMs,
          toMs,
          stepMs: of.stepMs ?? subqueryStepMs,
          rangeMs: 0,
        });
      }
      case "paren":
      case "unary":
        return walk(of.of, span);
      case "binary":
        await walk(of.left, span);
        return walk(of.right, span);
      case "aggregation":
        if (of.param !== undefined) await walk(of.param, span);
        return walk(of.of, span);
      case "call":
        for (const arg of of.args) await walk(arg, span);
    }
  };
  await walk(expr, { fromMs: steps.startMs, toMs: endOf(steps), stepMs: steps.everyMs, rangeMs: 0 });
  return found;
}
