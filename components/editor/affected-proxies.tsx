import { rateScale } from "#components/format/figure-scale.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import type { Column } from "#components/ui/table-column.ts";
import type { PreviewView } from "#core/view/config.ts";

type AffectedProxy = PreviewView["proxies"][number];

const COLUMNS: readonly Column<AffectedProxy>[] = [
  { id: "workload", header: "Workload", cell: ({ workload }) => workload, sortValue: ({ workload }) => workload },
  {
    id: "namespace",
    header: "Namespace",
    cell: ({ namespace }) => namespace,
    sortValue: ({ namespace }) => namespace,
  },
  figureColumn("rate", "Requests/s", ({ requestsPerSecond }) => requestsPerSecond, rateScale),
];

/** The proxies that get something new, and what each carried over the last minute. */
export function AffectedProxies({ proxies }: { readonly proxies: readonly AffectedProxy[] }) {
  return (
    <DataTable
      label="Proxies that change"
      testId="affected-proxies"
      columns={COLUMNS}
      rows={proxies}
      rowKey={({ id }) => id}
      defaultSort={{ column: "rate", isDescending: true }}
      empty={<p className="px-4 pb-4 text-muted text-sm">No connected proxy is affected.</p>}
    />
  );
}
