"use client";
import { Split } from "lucide-react";
import { useState } from "react";
import { AnyLength } from "#components/ui/any-length.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { type CatalogService, findService } from "#core/form/find-service.ts";
import type { ResourceSummary } from "#core/view/config.ts";

export interface ChooseServiceProps {
  readonly catalog: Catalog;
  /** VirtualServices there are. */
  readonly routings: readonly ResourceSummary[];
  readonly onChoose: (host: string) => void;
}

/** The services to route, and which of them have a routing already. */
export function ChooseService({ catalog, routings, onChoose }: ChooseServiceProps) {
  const [query, setQuery] = useState("");
  const rows = catalog.services.filter(({ host }) => host.includes(query.trim().toLowerCase()));
  const routed = new Map(
    routings.flatMap((routing) =>
      routing.hosts.flatMap((host) => {
        const service = findService(catalog, host, routing.namespace);
        return service === undefined ? [] : [[service.host, routing.ref] as const];
      }),
    ),
  );
  const columns: readonly Column<CatalogService>[] = [
    { id: "name", header: "Service", cell: ({ name }) => name, sortValue: ({ name }) => name },
    {
      id: "namespace",
      header: "Namespace",
      cell: ({ namespace }) => namespace,
      sortValue: ({ namespace }) => namespace,
    },
    {
      id: "versions",
      header: "Versions",
      cell: ({ versions }) => (
        <span className="text-muted">
          <AnyLength text={versions.join(", ") || "–"} />
        </span>
      ),
    },
    {
      id: "routing",
      header: "Routing",
      cell: ({ host }) =>
        routed.has(host) ? (
          <Badge tone="accent">has one: edit it</Badge>
        ) : (
          <span className="text-subtle">none yet</span>
        ),
    },
  ];
  return (
    <>
      <SearchInput label="Filter services" className="mb-3 w-80" value={query} onValueChange={setQuery} />
      <Card isFlush>
        <DataTable
          label="Services to route"
          columns={columns}
          rows={rows}
          rowKey={({ host }) => host}
          onRowSelect={({ host }) => onChoose(host)}
          defaultSort={{ column: "name", isDescending: false }}
          empty={
            <EmptyState
              icon={<Split />}
              title={catalog.services.length === 0 ? "No services yet" : "No service matches"}
            >
              A service appears when a ServiceEntry names it.
            </EmptyState>
          }
        />
      </Card>
    </>
  );
}
