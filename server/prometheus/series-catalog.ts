import type { Matcher } from "#core/promql/matcher.ts";
import type { SeriesLabels } from "#core/promql/series-labels.ts";
import type { SeriesSource } from "#core/promql/series-source.ts";

/** What a metric is, as `# TYPE` and `# HELP` say it. */
export interface MetricMeta {
  readonly type: "counter" | "gauge" | "histogram" | "unknown";
  readonly help: string;
}

/** Series that can be listed without their samples. */
export interface SeriesCatalog extends SeriesSource {
  /** Labels of the series that pass; whatever the time. */
  list(matchers: readonly Matcher[]): Iterable<SeriesLabels>;
  /** By the name of the family. */
  metadata(): Iterable<readonly [string, MetricMeta]>;
}

export function passes(labels: SeriesLabels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(labels.get(matcher.name) ?? ""));
}
