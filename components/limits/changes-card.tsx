import { ScrollText } from "lucide-react";
import { formatRate } from "#components/format/format-rate.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { LedgerChangeView } from "#core/view/limit.ts";

const WHAT = {
  draw: { label: "used", tone: "neutral" },
  "top-up": { label: "topped up", tone: "ok" },
  reset: { label: "begun anew", tone: "warn" },
} as const;

const COLUMNS: readonly Column<LedgerChangeView>[] = [
  { id: "at", header: "When", cell: ({ at }) => <Ago at={at} />, sortValue: ({ at }) => at },
  {
    id: "what",
    header: "What",
    cell: ({ what }) => <Badge tone={WHAT[what].tone}>{WHAT[what].label}</Badge>,
    sortValue: ({ what }) => what,
  },
  {
    id: "units",
    header: "Units",
    align: "end",
    cell: ({ units }) => formatRate(units),
    sortValue: ({ units }) => units,
  },
  {
    id: "used",
    header: "Used after it",
    align: "end",
    hideBelow: "md",
    cell: ({ used }) => formatRate(used),
    sortValue: ({ used }) => used,
  },
  {
    id: "author",
    header: "By",
    cell: ({ author }) => (
      <span className="inline-block min-w-24 [overflow-wrap:anywhere]">{author.split(" ")[0]}</span>
    ),
    sortValue: ({ author }) => author,
  },
  { id: "reason", header: "Reason", hideBelow: "md", cell: ({ reason }) => reason },
];

/** All that was written into the ledger of a consumer: what agents used, and what people changed. */
export function ChangesCard({ changes }: { readonly changes: readonly LedgerChangeView[] }) {
  // What agents only took or gave back is no use.
  const told = changes.filter(({ what, units }) => what !== "draw" || units !== 0);
  return (
    <Card isFlush title="Ledger" description="what agents used, and what people changed" testId="ledger">
      <DataTable
        label="Ledger"
        columns={COLUMNS}
        rows={told}
        rowKey={(row) => `${told.indexOf(row)} ${row.at}`}
        pageRows={20}
        empty={
          <EmptyState icon={<ScrollText />} title="Nothing is written yet" className="py-8">
            What agents use is told when they draw.
          </EmptyState>
        }
      />
    </Card>
  );
}
