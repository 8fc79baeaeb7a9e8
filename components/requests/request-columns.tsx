import { millisScale } from "#components/format/figure-scale.ts";
import { CLASS_LOOKS } from "#components/requests/class-tone.ts";
import { Badge } from "#components/ui/badge.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** Columns of the list of requests; rows come sorted from the server. */
export const REQUEST_COLUMNS: readonly Column<RequestRecord>[] = [
  {
    id: "request",
    header: "Request",
    cell: ({ method, path, class: kind }) => (
      <span className="flex min-w-0 items-center gap-2">
        <Badge tone={CLASS_LOOKS[kind].tone}>{CLASS_LOOKS[kind].label}</Badge>
        <span className="shrink-0 font-mono text-subtle text-xs">{method || "–"}</span>
        <span className="truncate font-mono text-xs" title={path}>
          {path || "–"}
        </span>
      </span>
    ),
  },
  { id: "code", header: "Code", sortValue: ({ responseCode }) => responseCode, cell: Code },
  {
    id: "caller",
    header: "Caller",
    hideBelow: "md",
    cell: ({ sourceWorkload, sourceAddress }) => (
      <span className="truncate">{nameOf(sourceWorkload, sourceAddress)}</span>
    ),
  },
  {
    id: "service",
    header: "Service",
    hideBelow: "md",
    cell: ({ destinationService, destinationWorkload }) => (
      <span className="truncate" title={destinationService}>
        {destinationService === "unknown" ? destinationWorkload : destinationService.split(".")[0]}
      </span>
    ),
  },
  {
    id: "by",
    header: "Told by",
    hideBelow: "xl",
    cell: ({ reporter }) => <span className="text-muted">{reporter === "source" ? "caller" : "called"}</span>,
  },
  figureColumn("duration", "Duration", ({ durationMs }) => durationMs, millisScale),
  {
    id: "start",
    header: "Started",
    align: "end",
    sortValue: ({ startMs }) => startMs,
    cell: ({ startMs }) => <Ago at={startMs} className="text-muted" />,
  },
];

/** The same of requests that happen now: of these each is a moment ago. */
export const LIVE_COLUMNS: readonly Column<RequestRecord>[] = REQUEST_COLUMNS.map((column) =>
  column.id === "start"
    ? { ...column, cell: ({ startMs }) => <span className="text-muted tabular-nums">{clockTime(startMs)}</span> }
    : column,
);

/** Here, to the millisecond: rows stand there once the browser has taken over. */
function clockTime(ms: number): string {
  const at = new Date(ms);
  return `${at.toLocaleTimeString("en-GB")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function Code({ responseCode, responseFlags, grpcStatus, policy }: RequestRecord) {
  const told = [responseFlags === "-" ? "" : responseFlags, grpcStatus === "" ? "" : `gRPC ${grpcStatus}`].filter(
    Boolean,
  );
  return (
    <span className="flex min-w-0 items-baseline gap-1.5" title={policy ?? undefined}>
      <span className="tabular-nums">{responseCode === 0 ? "none" : responseCode}</span>
      <span className="truncate text-subtle text-xs">{told.join(" ")}</span>
    </span>
  );
}

function nameOf(workload: string, address: string): string {
  return workload === "unknown" && address !== "" ? address : workload;
}
