"use client";
import { useQuery } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { RefusalView } from "#core/view/session.ts";

const REFRESH_MS = 10_000;

const COLUMNS: readonly Column<RefusalView>[] = [
  { id: "party", header: "Who", cell: ({ party }) => party, sortValue: ({ party }) => party },
  { id: "limit", header: "Had too much of", cell: ({ limit }) => limit, sortValue: ({ limit }) => limit },
  {
    id: "count",
    header: "Times refused",
    align: "end",
    cell: ({ count }) => count.toLocaleString("en"),
    sortValue: ({ count }) => count,
  },
  {
    id: "first",
    header: "First",
    hideBelow: "md",
    cell: ({ firstAt }) => <Ago at={firstAt} />,
    sortValue: ({ firstAt }) => firstAt,
  },
  { id: "last", header: "Last", cell: ({ lastAt }) => <Ago at={lastAt} />, sortValue: ({ lastAt }) => lastAt },
];

/** Whom limits have refused what since the server started: agents and strangers that ask for more than their share. */
export function LimitsTab() {
  const trpc = useTRPC();
  const may = useMay("access.refusals");
  const refusals = useQuery(
    trpc.access.refusals.queryOptions(undefined, { enabled: may.isAllowed, refetchInterval: REFRESH_MS }),
  );
  if (!may.isAllowed)
    return (
      <Card>
        <EmptyState icon={<Gauge />} title="Refusals are not yours to see">
          {may.reason}
        </EmptyState>
      </Card>
    );
  return (
    <Card isFlush>
      <QueryView query={refusals} what="what limits refused" skeleton={<SkeletonRows rows={3} />}>
        {(rows) => (
          <DataTable
            label="What limits refused"
            testId="refusals"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ limit, party }) => `${limit} ${party}`}
            defaultSort={{ column: "last", isDescending: true }}
            empty={
              <EmptyState icon={<Gauge />} title="Nothing was refused">
                Since the server started nobody has asked for more connections, calls, bytes, reports, metric keys or
                series than their share.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Card>
  );
}
