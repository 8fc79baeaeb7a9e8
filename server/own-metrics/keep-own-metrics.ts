import { METRIC_NAME, seriesLabels } from "#core/promql/series-labels.ts";
import type { Metric } from "#node/prometheus-text.ts";
import { OWN_LABELS } from "#server/telemetry/ingest/reserved-series.ts";
import type { SampleIngest, ToldSeries } from "#server/telemetry/ingest/sample-ingest.ts";

const TARGET = { ...OWN_LABELS, instance: "pharos" };

function seriesOfMetrics(metrics: readonly Metric[], atMs: number): ToldSeries[] {
  return metrics.flatMap((metric) =>
    metric.values.map(({ name = metric.name, labels = {}, value }) => ({
      labels: seriesLabels(Object.entries({ ...labels, ...TARGET, [METRIC_NAME]: name })),
      samples: [{ atMs, value }],
    })),
  );
}

/** Writes what this server measures of itself beside the series of others, so that it can be asked in PromQL. */
export async function keepOwnMetrics(
  read: () => Promise<readonly Metric[]>,
  samples: Pick<SampleIngest, "takeOwn">,
  now: () => number,
): Promise<void> {
  await samples.takeOwn(seriesOfMetrics(await read(), now()));
}
