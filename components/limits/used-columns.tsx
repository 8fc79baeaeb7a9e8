import { formatRate } from "#components/format/format-rate.ts";
import { UsedBar, usedShare } from "#components/limits/used-bar.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { ConsumerView } from "#core/view/limit.ts";

/** How much of what there is in a period is used, in units and as a share. */
export const USED_COLUMNS: readonly Column<Pick<ConsumerView, "used" | "amount" | "carried" | "added">>[] = [
  {
    id: "used",
    header: "Used",
    align: "end",
    cell: ({ used, amount, carried, added }) => `${formatRate(used)} of ${formatRate(amount + carried + added)}`,
    sortValue: ({ used }) => used,
  },
  {
    id: "share",
    header: "Share",
    hideBelow: "md",
    cell: (row) => <UsedBar of={row} />,
    sortValue: (row) => usedShare(row).percent,
  },
];
