"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { ResourceSummary } from "#core/view/config.ts";

const COLUMNS: readonly Column<ResourceSummary>[] = [
  {
    id: "plan",
    header: "Plan",
    cell: ({ namespace, name }) => (
      <span className="inline-block min-w-24 [overflow-wrap:anywhere]">
        {namespace}/{name}
      </span>
    ),
    sortValue: ({ namespace, name }) => `${namespace}/${name}`,
  },
  { id: "gives", header: "Gives", cell: ({ effect }) => effect },
];

/** Who has other amounts than the limits say; nothing where there are no plans. */
export function PlansCard() {
  const plans = useQuery(useTRPC().config.list.queryOptions({ kinds: ["Plan"] }));
  if (plans.isPending || plans.data?.length === 0) return null;
  return (
    <Card isFlush title="Plans" description="who has other amounts" testId="plans">
      <QueryView query={plans} what="the plans" skeleton={null}>
        {(rows) => (
          <DataTable
            label="Plans"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ ref }) => ref}
            rowHref={({ ref }) => resourceHref(ref)}
          />
        )}
      </QueryView>
    </Card>
  );
}
