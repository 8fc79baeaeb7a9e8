"use client";
import { percentScale, rateScale } from "#components/format/figure-scale.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import { MtlsBadge } from "#components/ui/mtls-badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { OverviewView } from "#core/view/service.ts";

type Namespace = OverviewView["namespaces"][number];

const COLUMNS: readonly Column<Namespace>[] = [
  { id: "name", header: "Namespace", cell: ({ name }) => name },
  { id: "services", header: "Services", align: "end", cell: ({ services }) => services },
  figureColumn("rate", "Requests/s", ({ requestsPerSecond }) => requestsPerSecond, rateScale, { isSortable: false }),
  figureColumn("errors", "Errors", ({ errorPercent }) => errorPercent, percentScale, { isSortable: false }),
  { id: "mtls", header: "mTLS", align: "end", cell: ({ mtls }) => <MtlsBadge mode={mtls} /> },
];

export function NamespacesCard({
  namespaces,
  className = "",
}: {
  readonly namespaces: readonly Namespace[];
  readonly className?: string;
}) {
  const range = useRange();
  return (
    <Card title="Namespaces" isFlush className={className}>
      <DataTable
        label="Namespaces"
        columns={COLUMNS}
        rows={namespaces}
        rowKey={({ name }) => name}
        rowHref={({ name }) => withRange(`/services?q=${encodeURIComponent(name)}`, range)}
        empty={<p className="px-4 pb-4 text-muted text-sm">None yet: a namespace shows once it has a service.</p>}
      />
    </Card>
  );
}
