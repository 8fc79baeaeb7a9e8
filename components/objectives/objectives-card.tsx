"use client";
import { useQuery } from "@tanstack/react-query";
import { Target } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { newHref } from "#components/format/new-href.ts";
import { OBJECTIVE_COLUMNS } from "#components/objectives/objective-columns.tsx";
import { objectiveHref } from "#components/objectives/objective-href.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const REFRESH_MS = 15_000;

/** What was promised, those in trouble first. */
export function ObjectivesCard() {
  const objectives = useQuery(useTRPC().objectives.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <Card isFlush testId="objectives">
      <QueryView query={objectives} what="the objectives" skeleton={<SkeletonRows />}>
        {(rows) => (
          <DataTable
            label="Objectives"
            columns={OBJECTIVE_COLUMNS}
            rows={rows}
            rowKey={({ ref }) => ref}
            rowHref={({ ref }) => objectiveHref(ref)}
            empty={
              <EmptyState
                icon={<Target />}
                title="No objectives yet"
                actions={
                  <ButtonLink variant="primary" href={newHref("Objective")}>
                    New Objective
                  </ButtonLink>
                }
              >
                An objective says which share of requests has to be good over a time: not failed, or answered fast
                enough. What may fail is its budget; alerts fire when that goes too fast.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Card>
  );
}
