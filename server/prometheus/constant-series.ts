import type { Matcher } from "#core/promql/matcher.ts";
import { METRIC_NAME, type SeriesLabels, seriesLabels } from "#core/promql/series-labels.ts";
import type { Selection, SourceSeries } from "#core/promql/series-source.ts";
import { type MetricMeta, passes, type SeriesCatalog } from "#server/prometheus/series-catalog.ts";

export interface Constant extends MetricMeta {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const EVERY_MS = 60_000;

/** Series that have had one value since this server started: who is there, and in which version. */
export class ConstantSeries implements SeriesCatalog {
  readonly #series: readonly (Omit<Constant, "labels"> & { readonly labels: SeriesLabels })[];
  readonly #sinceMs: number;
  readonly #now: () => number;

  constructor(constants: readonly Constant[], sinceMs: number, now: () => number) {
    this.#series = constants.map((each) => ({ ...each, labels: seriesLabels(Object.entries(each.labels)) }));
    this.#sinceMs = sinceMs;
    this.#now = now;
  }

  async select({ matchers, fromMs, toMs }: Selection): Promise<readonly SourceSeries[]> {
    const first = Math.ceil(Math.max(fromMs, this.#sinceMs) / EVERY_MS) * EVERY_MS;
    const end = Math.min(toMs, this.#now());
    const count = Math.max(0, Math.floor((end - first) / EVERY_MS) + 1);
    // Before the first whole minute it is there too.
    const timesMs =
      count > 0
        ? Float64Array.from({ length: count }, (_, index) => first + index * EVERY_MS)
        : end >= fromMs && end >= this.#sinceMs
          ? Float64Array.of(end)
          : new Float64Array(0);
    if (timesMs.length === 0) return [];
    return this.#series
      .filter(({ labels }) => passes(labels, matchers))
      .map(({ labels, value }) => ({ labels, timesMs, values: new Float64Array(timesMs.length).fill(value) }));
  }

  *list(matchers: readonly Matcher[]): Generator<SeriesLabels, void, undefined> {
    for (const { labels } of this.#series) if (passes(labels, matchers)) yield labels;
  }

  *metadata(): Generator<readonly [string, MetricMeta], void, undefined> {
    for (const { labels, type, help } of this.#series) yield [labels.get(METRIC_NAME) ?? "", { type, help }];
  }
}
