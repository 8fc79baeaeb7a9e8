import type { MetricName } from "#core/resolve/exported-metrics.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { ConstantSeries } from "#server/prometheus/constant-series.ts";
import { ForeignSeries } from "#server/prometheus/foreign-series.ts";
import { JoinedSeries } from "#server/prometheus/joined-series.ts";
import type { SeriesCatalog } from "#server/prometheus/series-catalog.ts";
import { trafficFamilies } from "#server/prometheus/traffic-families.ts";
import { TrafficSeries } from "#server/prometheus/traffic-series.ts";
import type { Retention } from "#server/telemetry/ports/retention.ts";
import type { TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";

export interface CatalogParts {
  readonly store: Pick<TelemetryStore, "traffic" | "samples" | "requests">;
  readonly relabel: (metric: MetricName, key: TrafficKey) => Readonly<Record<string, string>> | undefined;
  readonly retention: Retention;
  readonly now: () => number;
  readonly settledMs: () => number;
  readonly version: string;
}

/** Every series there is: made of windows, written by others, and the server's own. */
export function makeCatalog({ store, relabel, retention, now, settledMs, version }: CatalogParts): SeriesCatalog {
  const constants = [
    {
      labels: { __name__: "up", job: "pharos", instance: "pharos" },
      value: 1,
      type: "gauge",
      help: "1: this server answers.",
    },
    {
      labels: { __name__: "istio_build", component: "pilot", tag: version },
      value: 1,
      type: "gauge",
      help: "Which version serves.",
    },
  ] as const;
  return new JoinedSeries([
    new TrafficSeries({ traffic: store.traffic, families: trafficFamilies(relabel), retention, now, settledMs }),
    new ConstantSeries(constants, now(), now),
    new ForeignSeries(store.samples),
  ]);
}
