import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { Burn } from "#core/objectives/judge-objective.ts";

const HOUR_MS = 3_600_000;
const formatLength = (ms: number): string =>
  ms >= 24 * HOUR_MS ? `${ms / 24 / HOUR_MS}d` : ms >= HOUR_MS ? `${ms / HOUR_MS}h` : `${ms / 60_000}m`;
const formatFactor = (rate: number | null): string => (rate === null ? "–" : `${Number(rate.toPrecision(3))}×`);

const COLUMNS: readonly Column<Burn>[] = [
  { id: "severity", header: "Alert", cell: ({ severity }) => severity },
  {
    id: "windows",
    header: "Over",
    cell: ({ longMs, shortMs }) => `${formatLength(longMs)} and ${formatLength(shortMs)}`,
  },
  { id: "factor", header: "Too fast from", align: "end", cell: ({ factor }) => formatFactor(factor) },
  { id: "long", header: "Longer", align: "end", cell: ({ longRate }) => formatFactor(longRate) },
  { id: "short", header: "Shorter", align: "end", cell: ({ shortRate }) => formatFactor(shortRate) },
  {
    id: "state",
    header: "State",
    align: "end",
    cell: ({ isBurning }) => (isBurning ? <Badge tone="bad">Too fast</Badge> : <Badge tone="ok">Fine</Badge>),
  },
];

/** How fast a budget goes, over two times each. */
export function BurnsCard({ burns }: { readonly burns: readonly Burn[] }) {
  return (
    <Card
      isFlush
      title="Burn rates"
      description="1× is as fast as the budget lasts; an alert needs both times"
      testId="burns"
    >
      <DataTable
        label="Burn rates"
        columns={COLUMNS}
        rows={burns}
        rowKey={({ longMs }) => String(longMs)}
        empty={<p className="p-4 text-muted text-sm">Not counted yet.</p>}
      />
    </Card>
  );
}
