"use client";
import { errorSeries, latencySeries, rateSeries } from "#components/charts/metric-series.ts";
import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { useSeries } from "#components/topology/use-series.ts";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonChart } from "#components/ui/skeleton.tsx";
import type { GraphEnds } from "#core/graph/graph.ts";

/** Rate, errors and latency of what flows between two ends of the graph. `what` names it: "to reviews v2". */
export function TrafficSeries({
  ends,
  what,
  unit = "Requests",
}: {
  readonly ends: GraphEnds;
  readonly what: string;
  /** What is counted. */
  readonly unit?: "Requests" | "Connections";
}) {
  const { series, range } = useSeries(ends);
  return (
    <QueryView query={series} what="the charts" skeleton={<SkeletonChart className="h-48 border-line border-t" />}>
      {(metrics) => (
        <>
          <PanelSection title={`${unit} per second`} note={range.label}>
            <TimeChart
              isCompact
              label={`${unit} per second ${what}`}
              series={rateSeries(metrics)}
              kind="stack"
              format={formatRate}
              syncId="panel"
              className="h-24"
            />
          </PanelSection>
          <PanelSection title="Errors">
            <TimeChart
              isCompact
              label={`Errors in percent ${what}`}
              series={errorSeries(metrics)}
              format={formatPercent}
              max={100}
              syncId="panel"
              className="h-20"
            />
          </PanelSection>
          <PanelSection title="Latency">
            <TimeChart
              isCompact
              label={`Latency percentiles ${what}`}
              series={latencySeries(metrics)}
              format={formatMillis}
              syncId="panel"
              className="h-24"
            />
          </PanelSection>
        </>
      )}
    </QueryView>
  );
}
