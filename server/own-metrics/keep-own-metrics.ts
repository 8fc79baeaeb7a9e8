import { METRIC_NAME, seriesLabels } from "#core/promql/series-labels.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { SampleIngest, ToldSeries } from "#server/telemetry/ingest/sample-ingest.ts";

/** By these Istio's dashboards of the control plane choose. */
const TARGET = { app: "istiod", instance: "pharos", job: "pharos" };

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
  samples: Pick<SampleIngest, "take">,
  now: () => number,
): Promise<void> {
  await samples.take("pharos serve", seriesOfMetrics(await read(), now()));
}
