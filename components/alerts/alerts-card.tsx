"use client";
import { useQuery } from "@tanstack/react-query";
import { BellOff, CircleCheck } from "lucide-react";
import { useState } from "react";
import { HISTORY_COLUMNS, standingColumns } from "#components/alerts/alert-columns.tsx";
import { SilenceDialog } from "#components/alerts/silence-dialog.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { AlertView } from "#core/view/alert.ts";

const REFRESH_MS = 10_000;
const HISTORY_SECONDS = 7 * 86_400;

const keyOf = ({ id, activeAt }: AlertView): string => `${id} ${activeAt}`;

/** What fires and what is about to, with what is silent; each can be silenced. */
export function AlertsCard() {
  const alerts = useQuery(useTRPC().alerts.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const [silenced, setSilenced] = useState<AlertView | null>(null);
  return (
    <Card isFlush testId="alerts">
      <QueryView query={alerts} what="the alerts" skeleton={<SkeletonRows />}>
        {(rows) => (
          <DataTable
            label="Alerts"
            columns={standingColumns((alert) =>
              alert.silencedBy.length > 0 ? null : (
                <Button onClick={() => setSilenced(alert)}>
                  <BellOff aria-hidden /> Silence
                </Button>
              ),
            )}
            rows={rows}
            rowKey={keyOf}
            empty={
              <EmptyState icon={<CircleCheck />} title="Nothing fires">
                Alerts come from objectives whose budget burns too fast, from AlertRules, and from quotas that are
                nearly used up. AlertReceivers say who is told.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {silenced === null ? null : <SilenceDialog alert={silenced} onClose={() => setSilenced(null)} />}
    </Card>
  );
}

/** What was over in the last week. */
export function AlertHistoryCard() {
  const alerts = useQuery(useTRPC().alerts.history.queryOptions({ seconds: HISTORY_SECONDS }));
  return (
    <Card isFlush testId="alert-history">
      <QueryView query={alerts} what="the alerts" skeleton={<SkeletonRows />}>
        {(rows) => (
          <DataTable
            label="Alerts that are over"
            columns={HISTORY_COLUMNS}
            rows={rows}
            rowKey={keyOf}
            empty={<p className="p-4 text-muted text-sm">None fired and was over in the last seven days.</p>}
          />
        )}
      </QueryView>
    </Card>
  );
}
