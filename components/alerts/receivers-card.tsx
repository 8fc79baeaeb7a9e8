"use client";
import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { newHref } from "#components/format/new-href.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { ReceiverView } from "#core/view/alert.ts";

const REFRESH_MS = 10_000;

const COLUMNS: readonly Column<ReceiverView>[] = [
  { id: "ref", header: "Receiver", cell: ({ ref }) => ref.split("/").slice(1).join("/") },
  { id: "kind", header: "Kind", cell: ({ kind }) => kind },
  { id: "url", header: "Where", hideBelow: "md", cell: ({ url }) => <code className="text-xs">{url}</code> },
  { id: "waiting", header: "Waiting", align: "end", cell: ({ waiting }) => waiting },
  { id: "told", header: "Told", align: "end", cell: ({ toldAt }) => (toldAt === null ? "never" : <Ago at={toldAt} />) },
  {
    id: "error",
    header: "Trouble",
    cell: ({ error }) => (error === null ? "" : <span className="text-bad-text text-sm">{error}</span>),
  },
];

/** Who is told of alerts, and whether they take it. */
export function ReceiversCard() {
  const receivers = useQuery(useTRPC().alerts.receivers.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <Card isFlush testId="receivers">
      <QueryView query={receivers} what="the receivers" skeleton={<SkeletonRows />}>
        {(rows) => (
          <DataTable
            label="Receivers"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ ref }) => ref}
            rowHref={({ ref }) => resourceHref(ref)}
            empty={
              <EmptyState
                icon={<Send />}
                title="Nobody is told"
                actions={
                  <ButtonLink variant="primary" href={newHref("AlertReceiver")}>
                    New AlertReceiver
                  </ButtonLink>
                }
              >
                A receiver is a webhook or an Alertmanager, for all alerts or for those with some labels.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Card>
  );
}
