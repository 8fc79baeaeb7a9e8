import { millisScale } from "#components/format/figure-scale.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { TraceSummary } from "#core/telemetry/trace.ts";

export type TraceColumn = "operation" | "duration" | "spans" | "services" | "start";

/** The chosen columns of a table of traces, in this order. */
export function buildTraceColumns(names: readonly TraceColumn[], colors: ServiceColors): Column<TraceSummary>[] {
  const columns: Readonly<Record<TraceColumn, Column<TraceSummary>>> = {
    operation: {
      id: "operation",
      header: "Trace",
      sortValue: ({ rootService, rootOperation }) => `${rootOperation} ${rootService}`,
      cell: ({ rootService, rootOperation, errorCount }) => (
        <span className="flex min-w-0 items-center gap-2">
          <ServiceDot service={rootService} colors={colors} />
          <span className="truncate">{rootOperation}</span>
          <span className="truncate font-normal text-subtle text-xs @max-4xl:hidden">{rootService.split(".")[0]}</span>
          {errorCount === 0 ? null : <Badge tone="bad">{errorCount === 1 ? "1 error" : `${errorCount} errors`}</Badge>}
        </span>
      ),
    },
    duration: figureColumn("duration", "Duration", ({ durationMs }) => durationMs, millisScale),
    spans: {
      id: "spans",
      header: "Spans",
      align: "end",
      sortValue: ({ spanCount }) => spanCount,
      cell: ({ spanCount }) => spanCount,
    },
    services: {
      id: "services",
      header: "Services",
      hideBelow: "lg",
      sortValue: ({ services }) => Object.keys(services).length,
      cell: ({ services }) => (
        <span className="flex items-center gap-x-3 overflow-hidden text-muted text-xs @max-6xl:gap-x-1.5">
          {Object.entries(services).map(([service, count]) => (
            <span
              key={service}
              title={`${service}, ${count} ${count === 1 ? "span" : "spans"}`}
              className="inline-flex items-center gap-1.5 whitespace-nowrap"
            >
              <ServiceDot service={service} colors={colors} />
              <span className="@max-6xl:sr-only">{service.split(".")[0]}</span>
            </span>
          ))}
        </span>
      ),
    },
    start: {
      id: "start",
      header: "Started",
      align: "end",
      sortValue: ({ startMs }) => startMs,
      cell: ({ startMs }) => <Ago at={startMs} className="text-muted" />,
    },
  };
  return names.map((name) => columns[name]);
}
