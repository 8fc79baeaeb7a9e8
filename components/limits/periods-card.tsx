import { History } from "lucide-react";
import { formatRate } from "#components/format/format-rate.ts";
import { USED_COLUMNS } from "#components/limits/used-columns.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { LedgerPeriodView } from "#core/view/limit.ts";

const COLUMNS: readonly Column<LedgerPeriodView>[] = [
  { id: "start", header: "From", cell: ({ startsAt }) => <Ago at={startsAt} />, sortValue: ({ startsAt }) => startsAt },
  {
    id: "end",
    header: "To",
    cell: ({ endsAt }) => (endsAt === null ? <span className="text-subtle">no end</span> : <Ago at={endsAt} />),
    sortValue: ({ endsAt }) => endsAt,
  },
  ...USED_COLUMNS,
  {
    id: "carried",
    header: "Carried over",
    align: "end",
    hideBelow: "md",
    cell: ({ carried }) => formatRate(carried),
    sortValue: ({ carried }) => carried,
  },
  {
    id: "added",
    header: "Added",
    align: "end",
    hideBelow: "md",
    cell: ({ added }) => formatRate(added),
    sortValue: ({ added }) => added,
  },
];

/** What a consumer used of each period, the latest first. */
export function PeriodsCard({ periods }: { readonly periods: readonly LedgerPeriodView[] }) {
  return (
    <Card isFlush title="Periods" testId="periods">
      <DataTable
        label="Periods"
        columns={COLUMNS}
        rows={periods}
        rowKey={({ startsAt }) => startsAt}
        pageRows={12}
        empty={
          <EmptyState icon={<History />} title="Nothing was used yet" className="py-8">
            A period is in the ledger from its first unit on.
          </EmptyState>
        }
      />
    </Card>
  );
}
