"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Split } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { buildResourceColumns } from "#components/editor/resource-columns.tsx";
import { useWithRefusals } from "#components/editor/use-refusals.ts";
import { newHref } from "#components/format/new-href.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { filterResources, orderByKind } from "#components/traffic/filter-resources.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { formatSort, parseSort } from "#components/ui/sort-rows.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { compareNames } from "#core/compare-names.ts";
import { kindsIn } from "#core/kinds/kinds.ts";

const COLUMNS = buildResourceColumns(["name", "kind", "effect", "hosts", "namespace", "problems", "changed"]);
const TRAFFIC_KINDS = kindsIn("traffic");
const ANY = "any";

/** Everything that says where requests go: routing, versions, gateways, services. */
export function TrafficPage() {
  const trpc = useTRPC();
  const search = useSearchState();
  const withRefusals = useWithRefusals();
  const resources = useQuery(trpc.config.list.queryOptions({ kinds: [...TRAFFIC_KINDS] }));
  const kind = TRAFFIC_KINDS.find((name) => name === search.get("kind")) ?? null;
  const namespace = search.get("namespace");
  const namespaces = [...new Set((resources.data ?? []).map((each) => each.namespace))].sort(compareNames);
  return (
    <Page>
      <PageHeader
        title="Traffic"
        description="Where requests go, and what happens to them on the way"
        actions={
          <>
            <Menu
              trigger={
                <Button>
                  New <ChevronDown aria-hidden />
                </Button>
              }
              entries={TRAFFIC_KINDS.map((each) => ({
                kind: "link",
                label: each,
                href: newHref(each),
              }))}
            />
            <ButtonLink variant="primary" href="/traffic/new">
              <Split aria-hidden /> Shift traffic
            </ButtonLink>
          </>
        }
      />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchInput
          label="Filter by name, host, author"
          className="w-72"
          value={search.get("q") ?? ""}
          onValueChange={(q) => search.set({ q })}
        />
        <Select
          label="Kind"
          className="w-44"
          value={kind ?? ANY}
          options={[{ value: ANY, label: "All kinds" }, ...TRAFFIC_KINDS.map((value) => ({ value, label: value }))]}
          onValueChange={(value) => search.set({ kind: value === ANY ? null : value })}
        />
        <Select
          label="Namespace"
          className="w-44"
          value={namespace ?? ANY}
          options={[{ value: ANY, label: "All namespaces" }, ...namespaces.map((value) => ({ value, label: value }))]}
          onValueChange={(value) => search.set({ namespace: value === ANY ? null : value })}
        />
        <Checkbox
          label="With problems"
          isChecked={search.get("problems") === "1"}
          onChange={(isChecked) => search.set({ problems: isChecked ? "1" : null })}
        />
      </div>
      <Card isFlush>
        <QueryView query={resources} what="the traffic configuration" skeleton={<SkeletonRows />}>
          {(all) => (
            <DataTable
              label="Traffic configuration"
              testId="resources"
              columns={COLUMNS}
              rows={filterResources(orderByKind(withRefusals(all)), {
                query: search.get("q") ?? "",
                kind,
                namespace,
                onlyProblems: search.get("problems") === "1",
              })}
              rowKey={({ ref }) => ref}
              rowHref={({ ref }) => resourceHref(ref)}
              sort={parseSort(search.get("sort"), { column: "problems", isDescending: false })}
              onSortChange={(sort) => search.set({ sort: formatSort(sort) })}
              empty={
                all.length === 0 ? (
                  <NothingYet />
                ) : (
                  <EmptyState
                    icon={<Split />}
                    title="Nothing matches"
                    actions={
                      <Button onClick={() => search.set({ q: null, kind: null, namespace: null, problems: null })}>
                        Show all
                      </Button>
                    }
                  >
                    Resources are matched by kind, name, namespace, host and author.
                  </EmptyState>
                )
              }
            />
          )}
        </QueryView>
      </Card>
    </Page>
  );
}

function NothingYet() {
  return (
    <EmptyState
      icon={<Split />}
      title="No traffic configuration yet"
      actions={
        <ButtonLink variant="primary" href="/traffic/new">
          Shift traffic
        </ButtonLink>
      }
    >
      Requests go to every healthy instance of the service they name. A routing changes that: by weight, by header, by
      path. Istio's resources apply as they are: <code className="font-mono text-xs">pharos apply -f DIR</code>.
    </EmptyState>
  );
}
