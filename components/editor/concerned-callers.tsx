import { rateScale } from "#components/format/figure-scale.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import type { Column } from "#components/ui/table-column.ts";
import type { ConcernedCaller } from "#core/traffic/concerned-traffic.ts";

const COLUMNS: readonly Column<ConcernedCaller>[] = [
  { id: "caller", header: "From", cell: ({ caller }) => caller, sortValue: ({ caller }) => caller },
  { id: "called", header: "To", cell: ({ called }) => called, sortValue: ({ called }) => called },
  {
    id: "addresses",
    header: "Address",
    cell: ({ addresses }) => (addresses.length === 0 ? <span className="text-subtle">–</span> : addresses.join(", ")),
    sortValue: ({ addresses }) => addresses[0] ?? null,
  },
  figureColumn("rate", "Requests/s", ({ requestsPerSecond }) => requestsPerSecond, rateScale),
  figureColumn("plain", "In plain text", ({ plaintextPerSecond }) => plaintextPerSecond, rateScale),
];

/** Who sends the traffic that a change bears on, and to whom. */
export function ConcernedCallers({ callers }: { readonly callers: readonly ConcernedCaller[] }) {
  return (
    <DataTable
      label="Traffic concerned"
      testId="concerned-callers"
      columns={COLUMNS}
      rows={callers}
      rowKey={({ caller, called }) => `${caller}>${called}`}
      defaultSort={{ column: "rate", isDescending: true }}
      empty={<p className="px-4 pb-4 text-muted text-sm">None of the traffic of the last minute.</p>}
    />
  );
}
