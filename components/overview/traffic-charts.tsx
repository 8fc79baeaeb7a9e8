"use client";
import { errorSeries, latencySeries, rateSeries } from "#components/charts/metric-series.ts";
import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { Card } from "#components/ui/card.tsx";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";

const WHAT = {
  mesh: { rate: "that enter the mesh", rest: "of what enters the mesh" },
  service: { rate: "that are sent to it", rest: "of what is sent to it" },
} as const;

/** Rate, errors and latency of the mesh or of one service side by side, one pointer for all three. */
export function TrafficCharts({
  of,
  series,
  unit = "Requests",
  host,
}: {
  readonly of: keyof typeof WHAT;
  readonly series: ServiceMetrics;
  /** What is counted. */
  readonly unit?: "Requests" | "Connections";
  /** Of a service. */
  readonly host?: string;
}) {
  const what = WHAT[of];
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <Card title={`${unit} per second`} description={what.rate}>
        <TimeChart
          label={`${unit} per second by class of answer`}
          series={rateSeries(series)}
          kind="stack"
          format={formatRate}
          syncId="traffic"
          host={host}
        />
      </Card>
      <Card title="Errors" description={what.rest}>
        <TimeChart
          label={`Errors in percent of ${unit.toLowerCase()}`}
          series={errorSeries(series)}
          format={formatPercent}
          max={100}
          syncId="traffic"
          host={host}
        />
      </Card>
      <Card title="Latency" description={what.rest}>
        <TimeChart
          label="Latency percentiles"
          series={latencySeries(series)}
          format={formatMillis}
          syncId="traffic"
          host={host}
        />
      </Card>
    </div>
  );
}
