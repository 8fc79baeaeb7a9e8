import type { MetricName } from "#core/resolve/exported-metrics.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { ConstantSeries } from "#server/prometheus/constant-series.ts";
import { ForeignSeries } from "#server/prometheus/foreign-series.ts";
import { JoinedSeries } from "#server/prometheus/joined-series.ts";
import { QueryApi } from "#server/prometheus/query-api.ts";
import { trafficFamilies } from "#server/prometheus/traffic-families.ts";
import { TrafficSeries } from "#server/prometheus/traffic-series.ts";
import type { Retention } from "#server/telemetry/ports/retention.ts";
import type { TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";

export interface PrometheusParts {
  readonly store: Pick<TelemetryStore, "traffic" | "samples">;
  readonly relabel: (metric: MetricName, key: TrafficKey) => Readonly<Record<string, string>> | undefined;
  readonly retention: Retention;
  readonly now: () => number;
  readonly settledMs: () => number;
  readonly version: string;
}

/** Everything that is stored, asked for as Prometheus is. */
export function makePrometheus({ store, relabel, retention, now, settledMs, version }: PrometheusParts): QueryApi {
  const startedMs = now();
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
  return new QueryApi({
    catalog: new JoinedSeries([
      new TrafficSeries({ traffic: store.traffic, families: trafficFamilies(relabel), retention, now, settledMs }),
      new ConstantSeries(constants, startedMs, now),
      new ForeignSeries(store.samples),
    ]),
    now,
    startedMs,
    version,
    retention: `${Math.round(retention.tiersMs["10m"] / 86_400_000)}d`,
  });
}
