"use client";
import { Activity } from "lucide-react";
import { buildServiceColumns } from "#components/services/service-columns.tsx";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { ServiceRow } from "#core/view/service.ts";

const COLUMNS = buildServiceColumns(["name", "health", "rate", "errors", "p95", "trend"]).map(
  ({ sortValue: _, ...column }) => column,
);

/** The services that need a look, worst first. */
export function WorstServicesCard({
  services,
  className = "",
}: {
  readonly services: readonly ServiceRow[];
  readonly className?: string;
}) {
  const range = useRange();
  return (
    <Card
      title="Services to look at"
      className={className}
      isFlush
      actions={
        <ButtonLink size="sm" variant="ghost" className="-mr-2.5" href={withRange("/services", range)}>
          All services
        </ButtonLink>
      }
    >
      <DataTable
        label="Services to look at"
        columns={COLUMNS}
        rows={services}
        rowKey={({ host }) => host}
        rowHref={({ host }) => withRange(`/services/${encodeURIComponent(host)}`, range)}
        empty={
          <EmptyState
            icon={<Activity />}
            title="No services yet"
            actions={<ButtonLink href="/security?tab=tokens">Join a workload</ButtonLink>}
          >
            A service appears when its first instance joins the mesh, or when a ServiceEntry names it.
          </EmptyState>
        }
      />
    </Card>
  );
}
