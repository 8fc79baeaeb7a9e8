"use client";
import { useMemo } from "react";
import { formatMillis } from "#components/format/format-millis.ts";
import { assignColors } from "#components/traces/assign-colors.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { cx } from "#components/ui/cx.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { type ComparedSpans, compareTraces } from "#core/telemetry/compare-traces.ts";
import type { Trace } from "#core/telemetry/trace.ts";

const INDENT_PX = 14;
const INDENTS_MAX = 12;
const ROWS = 300;
/** What changed less is the same. */
const SAME_MS = 1;
const SAME_SHARE = 0.1;

/** The merged tree, line by line. */
export function CompareTable({ before, after }: { readonly before: Trace; readonly after: Trace }) {
  const rows = useMemo(() => compareTraces(before, after), [before, after]);
  const colors = useMemo(() => assignColors(rows.map(({ service }) => service)), [rows]);
  const columns: Column<ComparedSpans>[] = [
    {
      id: "span",
      header: "Service and operation",
      cell: ({ service, title, depth, before: first, after: second }) => (
        <span
          className="flex min-w-0 items-center gap-1.5"
          style={{ paddingLeft: `${Math.min(depth, INDENTS_MAX) * INDENT_PX}px` }}
        >
          <ServiceDot service={service} colors={colors} />
          <span className="shrink-0">{service.split(".")[0]}</span>
          <span className="truncate font-normal text-muted text-xs">{title}</span>
          {first === undefined ? <Badge tone="warn">second only</Badge> : null}
          {second === undefined ? <Badge tone="warn">first only</Badge> : null}
        </span>
      ),
    },
    side("first", "First", ({ before: first }) => first),
    side("second", "Second", ({ after: second }) => second),
    {
      id: "difference",
      header: "Difference",
      align: "end",
      cell: (row) => <Difference {...row} />,
    },
  ];
  return (
    <DataTable
      label="Two traces as one tree"
      testId="compared"
      columns={columns}
      rows={rows}
      pageRows={ROWS}
      rowKey={({ path }) => path}
    />
  );
}

function side(id: string, header: string, of: (row: ComparedSpans) => ComparedSpans["before"]): Column<ComparedSpans> {
  return {
    id,
    header,
    align: "end",
    cell: (row) => {
      const figures = of(row);
      if (figures === undefined) return <span className="text-subtle">–</span>;
      const { count, errors, durationMs } = figures;
      return (
        <span className="tabular whitespace-nowrap">
          {count === 1 ? "" : <span className="text-subtle">{count} × </span>}
          {formatMillis(durationMs / count)}
          {errors === 0 ? null : (
            <>
              {" "}
              <Badge tone="bad">{errors === 1 ? "error" : `${errors} errors`}</Badge>
            </>
          )}
        </span>
      );
    },
  };
}

function Difference({ before, after }: ComparedSpans) {
  if (before === undefined || after === undefined) return <span className="text-subtle">–</span>;
  const difference = after.durationMs - before.durationMs;
  if (Math.abs(difference) < Math.max(SAME_MS, before.durationMs * SAME_SHARE))
    return <span className="text-subtle">same</span>;
  return (
    <span className={cx("tabular whitespace-nowrap", difference > 0 ? "text-bad" : "text-ok")}>
      {difference > 0 ? "+" : "−"}
      {formatMillis(Math.abs(difference))}
    </span>
  );
}
