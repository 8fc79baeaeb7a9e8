"use client";
import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { filterServices, type HealthFilter } from "#components/services/filter-services.ts";
import { buildServiceColumns } from "#components/services/service-columns.tsx";
import { refreshMs, withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { formatSort, parseSort } from "#components/ui/sort-rows.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";

const COLUMNS = buildServiceColumns([
  "name",
  "health",
  "rate",
  "errors",
  "p95",
  "trend",
  "instances",
  "versions",
  "mtls",
]);
const FILTERS = [
  { value: "all", label: "All" },
  { value: "trouble", label: "In trouble" },
  { value: "idle", label: "Without traffic" },
] as const;

/** Every service of the mesh with its health and figures. */
export function ServicesPage() {
  const range = useRange();
  const trpc = useTRPC();
  const search = useSearchState();
  const query = search.get("q") ?? "";
  const health = (FILTERS.find(({ value }) => value === search.get("health"))?.value ?? "all") satisfies HealthFilter;
  const services = useQuery(
    trpc.services.list.queryOptions({ seconds: range.seconds }, { refetchInterval: refreshMs(range) }),
  );
  return (
    <Page>
      <PageHeader
        title="Services"
        description={
          services.data === undefined
            ? undefined
            : `${services.data.length} in the mesh, measured over the ${range.label.toLowerCase()}`
        }
      />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchInput
          label="Filter by name, namespace, version, port"
          className="w-80"
          value={query}
          onValueChange={(q) => search.set({ q })}
        />
        <Segmented
          label="Health"
          value={health}
          options={FILTERS}
          onValueChange={(value) => search.set({ health: value === "all" ? null : value })}
        />
      </div>
      <Card isFlush>
        <QueryView query={services} what="the services" skeleton={<SkeletonRows />}>
          {(rows) => (
            <DataTable
              label="Services"
              testId="services"
              columns={COLUMNS}
              rows={filterServices(rows, query, health)}
              rowKey={({ host }) => host}
              rowHref={({ host }) => withRange(`/services/${encodeURIComponent(host)}`, range)}
              sort={parseSort(search.get("sort"), { column: "health", isDescending: false })}
              onSortChange={(sort) => search.set({ sort: formatSort(sort) })}
              empty={
                rows.length === 0 ? <NoServices /> : <NoMatch onClear={() => search.set({ q: null, health: null })} />
              }
            />
          )}
        </QueryView>
      </Card>
    </Page>
  );
}

function NoServices() {
  return (
    <EmptyState
      icon={<Activity />}
      title="No services yet"
      actions={<ButtonLink href="/security?tab=tokens">Join a workload</ButtonLink>}
    >
      A service appears when its first instance joins the mesh, or when a ServiceEntry names it.
    </EmptyState>
  );
}

function NoMatch({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState icon={<Activity />} title="No service matches" actions={<Button onClick={onClear}>Show all</Button>}>
      Services are matched by host, namespace, version and port.
    </EmptyState>
  );
}
