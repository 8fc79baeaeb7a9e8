"use client";
import { useQuery } from "@tanstack/react-query";
import { Server } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { PROXY_COLUMNS } from "#components/proxies/proxy-columns.tsx";
import { type FleetFilter, filterProxies, summarizeProxy } from "#components/proxies/sync-summary.ts";
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
import type { ProxyStatus } from "#core/view/mesh.ts";

const STATES = [
  { value: "all", label: "All" },
  { value: "trouble", label: "Refused or stale" },
  { value: "away", label: "Away" },
] as const satisfies readonly { value: FleetFilter["state"]; label: string }[];
const REFRESH_MS = 5000;

/** Every proxy that is or was connected: what it has, what it refused, until when its certificate holds. */
export function ProxiesPage() {
  const trpc = useTRPC();
  const search = useSearchState();
  const proxies = useQuery(trpc.proxies.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const state = STATES.find(({ value }) => value === search.get("state"))?.value ?? "all";
  const query = search.get("q") ?? "";
  return (
    <Page>
      <PageHeader title="Proxies" description={proxies.data === undefined ? undefined : describeFleet(proxies.data)} />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchInput
          label="Filter by name, workload, identity"
          className="w-80"
          value={query}
          onValueChange={(q) => search.set({ q })}
        />
        <Segmented
          label="State"
          value={state}
          options={STATES}
          onValueChange={(value) => search.set({ state: value === "all" ? null : value })}
        />
      </div>
      <Card isFlush>
        <QueryView query={proxies} what="the proxies" skeleton={<SkeletonRows />}>
          {(all) => (
            <DataTable
              label="Proxies"
              testId="proxies"
              columns={PROXY_COLUMNS}
              rows={filterProxies(all, { query, state })}
              rowKey={({ id }) => id}
              rowHref={({ id }) => `/proxies/${encodeURIComponent(id)}`}
              sort={parseSort(search.get("sort"), { column: "state", isDescending: false })}
              onSortChange={(sort) => search.set({ sort: formatSort(sort) })}
              empty={
                all.length === 0 ? (
                  <EmptyState
                    icon={<Server />}
                    title="No proxy has connected yet"
                    actions={<ButtonLink href="/security?tab=tokens">Make a join token</ButtonLink>}
                  >
                    A proxy appears when an agent joins with a token and its Envoy asks for configuration.
                  </EmptyState>
                ) : (
                  <EmptyState
                    icon={<Server />}
                    title="No proxy matches"
                    actions={<Button onClick={() => search.set({ q: null, state: null })}>Show all</Button>}
                  />
                )
              }
            />
          )}
        </QueryView>
      </Card>
    </Page>
  );
}

function describeFleet(proxies: readonly ProxyStatus[]): string {
  const away = proxies.filter(({ connectedSince }) => connectedSince === null).length;
  const refused = proxies.filter((proxy) => summarizeProxy(proxy).word === "Refused").length;
  const parts = [
    `${proxies.length - away} connected`,
    ...(away > 0 ? [`${away} away`] : []),
    ...(refused > 0 ? [`${refused} refused configuration`] : []),
  ];
  return parts.join(" · ");
}
