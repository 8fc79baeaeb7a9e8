import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago, Clock } from "#components/ui/time-text.tsx";
import type { TelemetryGap } from "#core/view/mesh.ts";

const COLUMNS: readonly Column<TelemetryGap>[] = [
  {
    id: "start",
    header: "From",
    cell: ({ startMs }) => <Ago at={new Date(startMs).toISOString()} />,
    sortValue: ({ startMs }) => startMs,
  },
  { id: "end", header: "To", cell: ({ endMs }) => <Clock atMs={endMs} />, sortValue: ({ endMs }) => endMs },
  {
    id: "requests",
    header: "Requests",
    align: "end",
    cell: ({ requests }) => (requests === 0 ? "unknown" : requests),
    sortValue: ({ requests }) => requests,
  },
  { id: "reason", header: "Reason", cell: ({ reason }) => reason },
];

/** What its workload served and nobody can tell of. */
export function GapsCard({ gaps }: { readonly gaps: readonly TelemetryGap[] }) {
  return (
    <Card
      title="Gaps in what was measured"
      description="Requests of its workload in the last day that are in no figure"
      isFlush
    >
      <DataTable
        label="Gaps in what was measured"
        columns={COLUMNS}
        rows={gaps}
        rowKey={({ startMs, endMs, reason, requests }) => `${startMs} ${endMs} ${requests} ${reason}`}
        defaultSort={{ column: "start", isDescending: true }}
        pageRows={10}
      />
    </Card>
  );
}
