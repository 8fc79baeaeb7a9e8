"use client";
import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { buildResourceColumns } from "#components/editor/resource-columns.tsx";
import { percentScale, rateScale } from "#components/format/figure-scale.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { useResourceList } from "#components/kinds/use-resource-list.ts";
import { AnyLength } from "#components/ui/any-length.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import { MtlsBadge } from "#components/ui/mtls-badge.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { PlaintextEdge } from "#core/graph/graph.ts";
import type { ResourceSummary } from "#core/view/config.ts";
import type { ServiceRow } from "#core/view/service.ts";

const RANGE_SECONDS = 300;

const SERVICES: readonly Column<ServiceRow>[] = [
  { id: "name", header: "Service", cell: ({ name }) => name, sortValue: ({ name }) => name },
  { id: "namespace", header: "Namespace", cell: ({ namespace }) => namespace, sortValue: ({ namespace }) => namespace },
  { id: "mode", header: "Accepts", cell: ({ mtls }) => <MtlsBadge mode={mtls} />, sortValue: ({ mtls }) => mtls },
  {
    id: "instances",
    header: "Instances",
    align: "end",
    cell: ({ instances }) => instances,
    sortValue: ({ instances }) => instances,
  },
];

const PLAINTEXT: readonly Column<PlaintextEdge>[] = [
  { id: "source", header: "Caller", cell: ({ source }) => source, sortValue: ({ source }) => source },
  {
    id: "addresses",
    header: "From",
    cell: ({ addresses }) =>
      addresses.length === 0 ? (
        <span className="text-subtle">–</span>
      ) : (
        <span className="font-mono text-xs">{addresses.map(({ address }) => address).join(", ")}</span>
      ),
    sortValue: ({ addresses }) => addresses[0]?.address ?? null,
  },
  { id: "target", header: "Called", cell: ({ target }) => target, sortValue: ({ target }) => target },
  figureColumn("rate", "Plaintext/s", ({ perSecond }) => perSecond, rateScale),
  {
    id: "refused",
    header: "Refused by",
    cell: ({ deniedBy }) =>
      deniedBy.length === 0 ? <span className="text-subtle">–</span> : <DeniedBy refs={deniedBy} />,
    sortValue: ({ deniedBy }) => deniedBy[0] ?? null,
  },
  figureColumn("share", "Over mTLS", ({ mtlsPercent }) => mtlsPercent, percentScale, { isSortable: false }),
];

const [NAME, ...OTHERS] = buildResourceColumns(["name", "namespace", "problems"]);
/** The effect says both: `Only mTLS on every workload in default`. */
const partsOf = ({ effect }: ResourceSummary) => effect.split(/ on (.*)/s);
const POLICIES: readonly Column<ResourceSummary>[] = [
  ...(NAME === undefined ? [] : [NAME]),
  { id: "mode", header: "Accepts", cell: (row) => partsOf(row)[0], sortValue: (row) => partsOf(row)[0] ?? null },
  {
    id: "scope",
    header: "On",
    cell: (row) => (
      <span className="text-muted">
        <AnyLength text={partsOf(row)[1] ?? ""} />
      </span>
    ),
  },
  ...OTHERS,
];

/** What services accept by policy, and where plaintext was measured all the same. */
export function MtlsTab() {
  const trpc = useTRPC();
  const services = useQuery(trpc.services.list.queryOptions({ seconds: RANGE_SECONDS }));
  const policies = useResourceList(["PeerAuthentication"]);
  const plaintext = useQuery(trpc.topology.plaintext.queryOptions({ seconds: RANGE_SECONDS }));
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Card
        title="Plaintext that was seen"
        description="Measured over the last five minutes"
        isFlush
        className="xl:col-span-2"
      >
        <QueryView query={plaintext} what="the measured traffic" skeleton={<SkeletonRows rows={2} />}>
          {(data) => (
            <DataTable
              label="Plaintext traffic"
              columns={PLAINTEXT}
              rows={data.edges}
              rowKey={({ id }) => id}
              empty={
                <EmptyState
                  icon={<Lock />}
                  title={data.hasTraffic ? "None: all measured traffic is mTLS" : "No traffic was measured"}
                  className="py-8"
                />
              }
            />
          )}
        </QueryView>
      </Card>
      <Card
        title="Policies"
        description="A workload's own wins over its namespace's, and that over the mesh's"
        isFlush
        className="xl:col-span-2"
        actions={
          <ButtonLink size="sm" href="/security/new?kind=PeerAuthentication">
            New mTLS policy
          </ButtonLink>
        }
      >
        <QueryView query={policies} what="the mTLS policies" skeleton={<SkeletonRows rows={2} />}>
          {(rows) => (
            <DataTable
              label="PeerAuthentication"
              columns={POLICIES}
              rows={rows}
              rowKey={({ ref }) => ref}
              rowHref={({ ref }) => resourceHref(ref)}
              empty={
                <EmptyState icon={<Lock />} title="No mTLS policy yet" className="py-8">
                  Workloads accept mTLS and plaintext until one says otherwise.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Card>
      <Card title="Services" description="What their workloads accept" isFlush className="xl:col-span-2">
        <QueryView query={services} what="the services" skeleton={<SkeletonRows rows={4} />}>
          {(rows) => (
            <DataTable
              label="mTLS of services"
              testId="mtls"
              columns={SERVICES}
              rows={rows}
              rowKey={({ host }) => host}
              rowHref={({ host }) => `/services/${encodeURIComponent(host)}`}
              defaultSort={{ column: "mode", isDescending: false }}
              empty={<EmptyState icon={<Lock />} title="No services yet" className="py-8" />}
            />
          )}
        </QueryView>
      </Card>
    </div>
  );
}
