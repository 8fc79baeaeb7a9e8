"use client";
import { useMemo } from "react";
import { formatMillis } from "#components/format/format-millis.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import type { ViewedTrace } from "#components/traces/viewed-trace.ts";
import { cx } from "#components/ui/cx.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";

interface Row {
  readonly at: number;
  readonly span: TraceSpan;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the trace waited for, step by step: each takes its share of the root's duration. */
export function CriticalView({ nodes, colors, extent, steps, selectedId, onSelect }: ViewedTrace) {
  const rows = useMemo<readonly Row[]>(
    () =>
      steps.flatMap((step) => {
        const span = nodes[step.at]?.span;
        return span === undefined ? [] : [{ ...step, span }];
      }),
    [nodes, steps],
  );
  const lengthMs = rows.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const columns: Column<Row>[] = [
    {
      id: "span",
      header: "Waited for",
      cell: ({ span }) => (
        <span className="flex min-w-0 items-center gap-2">
          <ServiceDot service={span.service} colors={colors} />
          <span className="truncate">{span.service.split(".")[0]}</span>
          <span className="truncate font-normal text-muted text-xs">{spanTitle(span)}</span>
        </span>
      ),
    },
    {
      id: "share",
      header: "When",
      hideBelow: "md",
      cell: ({ span, fromMs, toMs }) => (
        <span className="relative block h-3 w-40 rounded-sm bg-sunken">
          <span
            className="absolute inset-y-0 min-w-0.5 rounded-sm"
            style={{
              left: `${((fromMs - extent.startMs) / extent.lengthMs) * 100}%`,
              width: `${((toMs - fromMs) / extent.lengthMs) * 100}%`,
              background: `var(--${colors.get(span.service) ?? "idle"})`,
            }}
          />
        </span>
      ),
    },
    {
      id: "after",
      header: "After",
      align: "end",
      sortValue: ({ fromMs }) => fromMs,
      cell: ({ fromMs }) => <span className="tabular">{formatMillis(fromMs - extent.startMs)}</span>,
    },
    {
      id: "took",
      header: "Took",
      align: "end",
      sortValue: ({ fromMs, toMs }) => toMs - fromMs,
      cell: ({ fromMs, toMs }) => (
        <span className={cx("tabular whitespace-nowrap", (toMs - fromMs) * 4 > lengthMs && "font-medium text-ink")}>
          {formatMillis(toMs - fromMs)}, {lengthMs === 0 ? 0 : Math.round(((toMs - fromMs) / lengthMs) * 100)} %
        </span>
      ),
    },
  ];
  return (
    <DataTable
      label="Critical path"
      testId="critical-path"
      columns={columns}
      rows={rows}
      rowKey={({ at, fromMs }) => `${at} ${fromMs}`}
      selectedKey={rows.find(({ span }) => span.spanId === selectedId)?.span.spanId ?? null}
      onRowSelect={({ span }) => onSelect(span.spanId)}
    />
  );
}
