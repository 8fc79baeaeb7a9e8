"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { newHref } from "#components/format/new-href.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { useResourceList } from "#components/kinds/use-resource-list.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { ResourceSummary } from "#core/view/config.ts";
import type { TolerancesView } from "#core/view/health.ts";

const TOLERANCES: readonly Column<TolerancesView["tolerances"][number]>[] = [
  { id: "counted", header: "Requests that are", cell: ({ counted }) => counted },
  { id: "degraded", header: "Degraded from", align: "end", cell: ({ degradedPercent }) => `${degradedPercent} %` },
  { id: "failure", header: "Failing from", align: "end", cell: ({ failurePercent }) => `${failurePercent} %` },
];
const POLICIES: readonly Column<ResourceSummary>[] = [
  { id: "name", header: "HealthPolicy", cell: ({ namespace, name }) => `${namespace}/${name}` },
  { id: "says", header: "Says", cell: ({ effect }) => effect },
];

/** By what health is judged: the defaults, and what policies say otherwise. */
export function HealthTab() {
  const defaults = useQuery(useTRPC().health.tolerances.queryOptions());
  const policies = useResourceList(["HealthPolicy"]);
  return (
    <div className="flex flex-col gap-4" data-testid="health-settings">
      <Card isFlush title="Defaults" description="of all for which nothing else is written">
        <QueryView query={defaults} what="the tolerances" skeleton={<SkeletonRows rows={5} />}>
          {({ tolerances }) => (
            <DataTable
              label="Default tolerances"
              columns={TOLERANCES}
              rows={tolerances}
              rowKey={({ counted }) => counted}
              empty={null}
            />
          )}
        </QueryView>
      </Card>
      <Card
        isFlush
        title="Policies"
        description="the first rule that means somebody holds for it; the annotation health.kiali.io/rate goes before"
        actions={<ButtonLink href={newHref("HealthPolicy")}>New HealthPolicy</ButtonLink>}
      >
        <QueryView query={policies} what="the policies" skeleton={<SkeletonRows rows={2} />}>
          {(rows) => (
            <DataTable
              label="Health policies"
              columns={POLICIES}
              rows={rows}
              rowKey={({ ref }) => ref}
              rowHref={({ ref }) => resourceHref(ref)}
              empty={<p className="p-4 text-muted text-sm">None: the defaults hold for the whole mesh.</p>}
            />
          )}
        </QueryView>
      </Card>
    </div>
  );
}
