"use client";
import { useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { shortenSpiffeId } from "#components/changes/shorten-spiffe-id.ts";
import { useMay } from "#components/editor/use-may.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { AuditView } from "#core/view/session.ts";

const LINES = 200;
const OUTCOME_TONE = { allowed: "ok", refused: "bad", failed: "warn" } as const satisfies Record<
  AuditView["outcome"],
  Tone
>;

const COLUMNS: readonly Column<AuditView>[] = [
  {
    id: "at",
    header: "When",
    cell: ({ at }) => <Ago at={at} />,
    sortValue: ({ at }) => at,
  },
  {
    id: "actor",
    header: "Who",
    cell: ({ actor }) => (
      <span className="line-clamp-2 min-w-24 @max-4xl:max-w-36 [overflow-wrap:anywhere]" title={actor}>
        {shortenSpiffeId(actor)}
      </span>
    ),
    sortValue: ({ actor }) => actor,
  },
  {
    id: "action",
    header: "What",
    cell: ({ action }) => <span className="font-mono text-xs">{action}</span>,
    sortValue: ({ action }) => action,
  },
  {
    id: "outcome",
    header: "Outcome",
    cell: ({ outcome }) => <Badge tone={OUTCOME_TONE[outcome]}>{outcome}</Badge>,
    sortValue: ({ outcome }) => outcome,
  },
  {
    id: "resource",
    header: "On",
    hideBelow: "md",
    cell: ({ resource }) => (
      <span
        className="line-clamp-3 min-w-32 @max-4xl:max-w-40 max-w-80 font-mono text-muted text-xs [overflow-wrap:anywhere]"
        title={resource}
      >
        {shortenSpiffeId(resource)}
      </span>
    ),
  },
  {
    id: "reason",
    header: "Detail",
    hideBelow: "lg",
    cell: ({ reason }) => <span className="block min-w-32 max-w-96 text-muted [overflow-wrap:anywhere]">{reason}</span>,
  },
  {
    id: "from",
    header: "From",
    hideBelow: "xl",
    cell: ({ from }) => <span className="font-mono text-muted text-xs">{from}</span>,
  },
];

/** Every write and every refused attempt, newest first. */
export function AuditTab() {
  const trpc = useTRPC();
  const search = useSearchState();
  const may = useMay("access.audit");
  const audit = useQuery(trpc.access.audit.queryOptions({ limit: LINES }, { enabled: may.isAllowed }));
  const query = (search.get("q") ?? "").toLowerCase();
  if (!may.isAllowed)
    return (
      <Card>
        <EmptyState icon={<ScrollText />} title="The audit is not yours to see">
          {may.reason}
        </EmptyState>
      </Card>
    );
  return (
    <>
      <SearchInput
        label="Filter by person, action, object"
        className="mb-3 w-80"
        value={search.get("q") ?? ""}
        onValueChange={(q) => search.set({ q })}
      />
      <Card isFlush>
        <QueryView query={audit} what="the audit" skeleton={<SkeletonRows />}>
          {(lines) => (
            <DataTable
              label="Audit"
              testId="audit"
              columns={COLUMNS}
              rows={lines.filter((line) => Object.values(line).join(" ").toLowerCase().includes(query))}
              rowKey={({ id }) => id}
              empty={
                <EmptyState
                  icon={<ScrollText />}
                  title={lines.length === 0 ? "Nothing was written yet" : "No line matches"}
                >
                  Every write and every refused attempt leaves a line here.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
