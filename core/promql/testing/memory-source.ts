import { type SeriesLabels, seriesLabels } from "#core/promql/series-labels.ts";
import type { SeriesSource, SourceSeries } from "#core/promql/series-source.ts";

export interface MemorySeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Null: the series ends. */
  readonly samples: readonly (readonly [ms: number, value: number | null])[];
}

/** Series of a test. */
export function memorySource(all: readonly MemorySeries[]): SeriesSource {
  const known = all.map(({ labels, samples }) => ({ labels: seriesLabels(Object.entries(labels)), samples }));
  return {
    select: async ({ matchers, fromMs, toMs }) =>
      known
        .filter(({ labels }) => matchers.every(({ name, ...matcher }) => matcher.matches(labels.get(name) ?? "")))
        .map(({ labels, samples }) =>
          seriesOf(
            labels,
            samples.filter(([ms]) => ms >= fromMs && ms <= toMs),
          ),
        )
        .filter(({ timesMs }) => timesMs.length > 0),
  };
}

function seriesOf(labels: SeriesLabels, samples: MemorySeries["samples"]): SourceSeries {
  return {
    labels,
    timesMs: Float64Array.from(samples, ([ms]) => ms),
    values: Float64Array.from(samples, ([, value]) => value ?? Number.NaN),
    stale: Uint8Array.from(samples, ([, value]) => (value === null ? 1 : 0)),
  };
}

/** For queries of tests: nothing bounds their time. */
export const UNBOUND = { pointsMax: 50_000_000, isOver: () => undefined, pause: async () => undefined } as const;
