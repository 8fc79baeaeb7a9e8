"use client";
import { useQuery } from "@tanstack/react-query";
import { FileJson } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { JsonTree } from "#components/proxies/json-tree.tsx";
import { findResources, resourceName, toResources } from "#components/proxies/search-json.ts";
import { SYNC_TYPES } from "#components/proxies/sync-summary.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { ProxyDetail } from "#core/view/mesh.ts";

const WORDS = { CDS: "Clusters", EDS: "Endpoints", LDS: "Listeners", RDS: "Routes", VHDS: "Virtual hosts" } as const;
const SHOWN_FIRST = 50;

export interface ConfigViewerProps {
  readonly id: string;
  readonly isConnected: boolean;
  readonly counts: ProxyDetail["resources"];
}

/** What the proxy was given, type by type: searchable, foldable JSON as Envoy prints it. */
export function ConfigViewer({ id, isConnected, counts }: ConfigViewerProps) {
  const trpc = useTRPC();
  const search = useSearchState();
  const type = SYNC_TYPES.find((each) => each === search.get("type")) ?? "CDS";
  const [shown, setShown] = useState(SHOWN_FIRST);
  const query = (search.get("q") ?? "").trim().toLowerCase();
  const config = useQuery(
    trpc.proxies.config.queryOptions({ id, type }, { enabled: isConnected, placeholderData: () => undefined }),
  );
  return (
    <Card title="Configuration" description="As the control plane gave it">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Segmented
          label="Type"
          value={type}
          options={SYNC_TYPES.map((each) => ({ value: each, label: `${WORDS[each]} ${counts[each] ?? ""}`.trim() }))}
          onValueChange={(value) => search.set({ type: value === "CDS" ? null : value })}
        />
        <SearchInput
          label="Find in names and values"
          className="w-72"
          value={search.get("q") ?? ""}
          onValueChange={(q) => search.set({ q })}
        />
      </div>
      {isConnected ? (
        <QueryView query={config} what="its configuration" skeleton={<SkeletonRows rows={5} />}>
          {(data) => {
            const all = toResources(data).map((value, index) => ({ value, name: resourceName(value, index) }));
            const matching = findResources(all, query);
            if (matching.length === 0)
              return (
                <EmptyState
                  icon={<FileJson />}
                  title={all.length === 0 ? `It has no ${WORDS[type].toLowerCase()}` : "Nothing matches"}
                  className="py-8"
                />
              );
            return (
              <>
                <p role="status" className="mb-2 text-subtle text-xs">
                  {matching.length === all.length
                    ? `${all.length} resources`
                    : `${matching.length} of ${all.length} resources`}
                </p>
                <ul
                  className="flex flex-col divide-y divide-line rounded-md border border-line"
                  data-testid="proxy-config"
                >
                  {matching.slice(0, shown).map(({ value, name }) => (
                    <Resource key={name} name={name} value={value} query={query} />
                  ))}
                </ul>
                {matching.length > shown ? (
                  <Button size="sm" variant="ghost" className="mt-2" onClick={() => setShown(shown + SHOWN_FIRST)}>
                    Show more
                  </Button>
                ) : null}
              </>
            );
          }}
        </QueryView>
      ) : (
        <EmptyState icon={<FileJson />} title="Only a connected proxy can be looked into" className="py-8">
          Its last good configuration is on its own host.
        </EmptyState>
      )}
    </Card>
  );
}

function Resource({ name, value, query }: { readonly name: string; readonly value: unknown; readonly query: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li>
      <div className="flex items-center gap-2 pr-2">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className="min-w-0 flex-1 truncate px-3 py-2 text-left font-mono text-xs hover:bg-hover focus-visible:-outline-offset-2"
        >
          {name}
        </button>
        <CopyButton text={JSON.stringify(value, null, 2)} label={`Copy ${name}`} />
      </div>
      {isOpen ? (
        <div className="border-line border-t bg-sunken p-3">
          <JsonTree label={name} value={value} openDepth={2} query={query} />
        </div>
      ) : null}
    </li>
  );
}
