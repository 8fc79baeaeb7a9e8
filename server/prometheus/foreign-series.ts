import type { Matcher } from "#core/promql/matcher.ts";
import type { SeriesLabels } from "#core/promql/series-labels.ts";
import type { Selection, SourceSeries } from "#core/promql/series-source.ts";
import { type MetricMeta, passes, type SeriesCatalog } from "#server/prometheus/series-catalog.ts";
import type { SampleReader } from "#server/telemetry/ports/sample-reader.ts";

/** Series that others wrote. */
export class ForeignSeries implements SeriesCatalog {
  readonly #samples: SampleReader;

  constructor(samples: SampleReader) {
    this.#samples = samples;
  }

  async select({ matchers, fromMs, toMs, samplesMax }: Selection): Promise<readonly SourceSeries[]> {
    const chosen = [...this.#samples.series()].filter(({ labels }) => passes(labels, matchers));
    if (chosen.length === 0) return [];
    const runs = await this.#samples.read(chosen, fromMs, toMs, samplesMax);
    return Array.from(runs, ([{ labels }, run]) => ({ labels, ...run }));
  }

  *list(matchers: readonly Matcher[]): Generator<SeriesLabels, void, undefined> {
    for (const { labels } of this.#samples.series()) if (passes(labels, matchers)) yield labels;
  }

  *metadata(): Generator<readonly [string, MetricMeta], void, undefined> {}
}
