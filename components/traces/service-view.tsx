"use client";
import { useMemo } from "react";
import { millisScale } from "#components/format/figure-scale.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import type { Column } from "#components/ui/table-column.ts";
import type { CriticalStep } from "#core/telemetry/critical-path.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";
import { callsOfTrace, servicesOfTrace, type TraceCall, type TraceService } from "#core/telemetry/trace-services.ts";

export interface ServiceViewProps {
  readonly nodes: readonly SpanNode[];
  readonly colors: ServiceColors;
  readonly steps: readonly CriticalStep[];
}

/** What each service took of the trace, and who called whom how often. */
export function ServiceView({ nodes, colors, steps }: ServiceViewProps) {
  const services = useMemo(() => servicesOfTrace(nodes), [nodes]);
  const calls = useMemo(() => callsOfTrace(nodes), [nodes]);
  const waited = useMemo(() => {
    const byService = new Map<string, number>();
    for (const { at, fromMs, toMs } of steps) {
      const service = nodes[at]?.span.service ?? "";
      byService.set(service, (byService.get(service) ?? 0) + toMs - fromMs);
    }
    return byService;
  }, [nodes, steps]);
  return (
    <>
      <DataTable
        label="Services of the trace"
        testId="trace-services"
        columns={serviceColumns(colors, waited)}
        rows={services}
        rowKey={({ service }) => service}
        defaultSort={{ column: "self", isDescending: true }}
      />
      <h2 className="border-line border-t px-4 py-3 font-medium text-ink text-sm">Calls between services</h2>
      <DataTable
        label="Calls between services"
        testId="trace-calls"
        columns={callColumns(colors)}
        rows={calls}
        rowKey={({ from, to }) => JSON.stringify([from, to])}
        empty={<EmptyState title="No calls between services">All spans are of one service.</EmptyState>}
      />
    </>
  );
}

function errorsCell(errors: number) {
  return errors === 0 ? "none" : <Badge tone="bad">{errors}</Badge>;
}

function Named({ service, colors }: { readonly service: string; readonly colors: ServiceColors }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <ServiceDot service={service} colors={colors} />
      <span className="truncate">{service}</span>
    </span>
  );
}

function serviceColumns(colors: ServiceColors, waited: ReadonlyMap<string, number>): Column<TraceService>[] {
  return [
    {
      id: "service",
      header: "Service",
      sortValue: ({ service }) => service,
      cell: ({ service }) => <Named service={service} colors={colors} />,
    },
    { id: "spans", header: "Spans", align: "end", sortValue: ({ spans }) => spans, cell: ({ spans }) => spans },
    {
      id: "errors",
      header: "Errors",
      align: "end",
      sortValue: ({ errors }) => errors,
      cell: ({ errors }) => errorsCell(errors),
    },
    figureColumn("self", "At work itself", ({ selfMs }) => selfMs, millisScale),
    figureColumn("waited", "Waited for", ({ service }) => waited.get(service) ?? 0, millisScale),
    figureColumn("longest", "Longest span", ({ longestMs }) => longestMs, millisScale),
  ];
}

function callColumns(colors: ServiceColors): Column<TraceCall>[] {
  return [
    {
      id: "from",
      header: "Caller",
      sortValue: ({ from }) => from,
      cell: ({ from }) => <Named service={from} colors={colors} />,
    },
    { id: "to", header: "Called", sortValue: ({ to }) => to, cell: ({ to }) => <Named service={to} colors={colors} /> },
    { id: "count", header: "Calls", align: "end", sortValue: ({ count }) => count, cell: ({ count }) => count },
    {
      id: "errors",
      header: "Errors",
      align: "end",
      sortValue: ({ errors }) => errors,
      cell: ({ errors }) => errorsCell(errors),
    },
    figureColumn("mean", "Mean", ({ totalMs, count }) => totalMs / count, millisScale),
    figureColumn("longest", "Longest", ({ longestMs }) => longestMs, millisScale),
  ];
}
