import type { Matcher } from "#core/promql/matcher.ts";
import { type SeriesLabels, textOfLabels } from "#core/promql/series-labels.ts";
import type { Selection, SourceSeries } from "#core/promql/series-source.ts";
import type { MetricMeta, SeriesCatalog } from "#server/prometheus/series-catalog.ts";

/** Several catalogs as one; of series with equal labels the first catalog's counts. */
export class JoinedSeries implements SeriesCatalog {
  readonly #catalogs: readonly SeriesCatalog[];

  constructor(catalogs: readonly SeriesCatalog[]) {
    this.#catalogs = catalogs;
  }

  async select(selection: Selection): Promise<readonly SourceSeries[]> {
    const known = new Map<string, SourceSeries>();
    let left = selection.samplesMax;
    for (const catalog of this.#catalogs)
      for (const series of await catalog.select({ ...selection, samplesMax: left })) {
        const text = textOfLabels(series.labels);
        if (known.has(text)) continue;
        known.set(text, series);
        left = Math.max(0, left - series.timesMs.length);
      }
    return [...known.values()];
  }

  *list(matchers: readonly Matcher[]): Generator<SeriesLabels, void, undefined> {
    const known = new Set<string>();
    for (const catalog of this.#catalogs)
      for (const labels of catalog.list(matchers)) {
        const text = textOfLabels(labels);
        if (known.has(text)) continue;
        known.add(text);
        yield labels;
      }
  }

  *metadata(): Generator<readonly [string, MetricMeta], void, undefined> {
    for (const catalog of this.#catalogs) yield* catalog.metadata();
  }
}
