"use client";
import { FileCode2 } from "lucide-react";
import type { ReactNode } from "react";
import { buildResourceColumns } from "#components/editor/resource-columns.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { filterResources, orderByKind } from "#components/kinds/filter-resources.ts";
import { useResourceList } from "#components/kinds/use-resource-list.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { formatSort, parseSort } from "#components/ui/sort-rows.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { compareNames } from "#core/compare-names.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { kindsIn } from "#core/kinds/kinds.ts";

const COLUMNS = buildResourceColumns(["name", "kind", "effect", "hosts", "namespace", "problems", "changed"]);
const ANY = "any";

interface KindListProps {
  readonly area: KindDefinition["area"];
  /** What the table is called: `Traffic configuration`. */
  readonly label: string;
  /** Shown while there is nothing of these kinds. */
  readonly nothingYet: ReactNode;
}

/** Every resource of the kinds of an area, whatever its kind, to be searched and filtered; the URL holds how. */
export function KindList({ area, label, nothingYet }: KindListProps) {
  const search = useSearchState();
  const kinds = kindsIn(area);
  const resources = useResourceList(kinds);
  const kind = kinds.find((name) => name === search.get("kind")) ?? null;
  const namespace = search.get("namespace");
  const namespaces = [...new Set((resources.data ?? []).map((each) => each.namespace))].sort(compareNames);
  return (
    <>
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
          options={[{ value: ANY, label: "All kinds" }, ...kinds.map((value) => ({ value, label: value }))]}
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
        <QueryView query={resources} what="the configuration" skeleton={<SkeletonRows />}>
          {(all) => (
            <DataTable
              label={label}
              testId="resources"
              columns={COLUMNS}
              rows={filterResources(orderByKind(all, kinds), {
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
                  nothingYet
                ) : (
                  <EmptyState
                    icon={<FileCode2 />}
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
    </>
  );
}
