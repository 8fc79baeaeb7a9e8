"use client";
import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { buildResourceColumns } from "#components/editor/resource-columns.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { useResourceList } from "#components/kinds/use-resource-list.ts";
import { type PolicyInWords, usePolicySentences } from "#components/security/use-policy-sentences.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Skeleton, SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { PolicyAction } from "#core/form/policy-form.ts";
import type { ResourceSummary } from "#core/view/config.ts";

const ACTION = {
  ALLOW: { tone: "ok", word: "Allow" },
  DENY: { tone: "bad", word: "Deny" },
  AUDIT: { tone: "neutral", word: "Note" },
  CUSTOM: { tone: "neutral", word: "Ask" },
} as const satisfies Record<PolicyAction, { tone: Tone; word: string }>;

const NO_WORDS: ReadonlyMap<string, PolicyInWords> = new Map();

/** Every authorization policy, told as what it does. */
export function AuthorizationTab() {
  const trpc = useTRPC();
  const search = useSearchState();
  const policies = useResourceList(["AuthorizationPolicy"]);
  const catalog = useQuery(trpc.services.names.queryOptions());
  const words =
    usePolicySentences(
      (policies.data ?? []).map(({ ref }) => ref),
      catalog.data,
    ) ?? NO_WORDS;
  const query = (search.get("q") ?? "").toLowerCase();
  return (
    <>
      <SearchInput
        label="Filter by name, caller, service"
        className="mb-3 w-80"
        value={search.get("q") ?? ""}
        onValueChange={(q) => search.set({ q })}
      />
      <Card isFlush>
        <QueryView query={policies} what="the policies" skeleton={<SkeletonRows rows={4} />}>
          {(all) => (
            <DataTable
              label="Authorization policies"
              testId="policies"
              columns={columnsWith(words)}
              rows={all.filter(({ ref }) => `${ref} ${words.get(ref)?.sentence ?? ""}`.toLowerCase().includes(query))}
              rowKey={({ ref }) => ref}
              rowHref={({ ref }) => resourceHref(ref)}
              defaultSort={{ column: "name", isDescending: false }}
              empty={
                all.length === 0 ? <NoPolicies /> : <EmptyState icon={<ShieldCheck />} title="No policy matches" />
              }
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}

function columnsWith(words: ReadonlyMap<string, PolicyInWords>): Column<ResourceSummary>[] {
  const [name, ...rest] = buildResourceColumns(["name", "namespace", "problems", "changed"]);
  const inWords: readonly Column<ResourceSummary>[] = [
    {
      id: "action",
      header: "Action",
      cell: ({ ref }) => {
        const action = words.get(ref)?.action;
        return action === undefined ? (
          <Skeleton className="h-4 w-12" />
        ) : (
          <Badge tone={ACTION[action].tone}>{ACTION[action].word}</Badge>
        );
      },
      sortValue: ({ ref }) => words.get(ref)?.action ?? null,
    },
    {
      id: "effect",
      header: "What it does",
      hideBelow: "md",
      cell: ({ ref }) => (
        <span className="block min-w-64 max-w-xl text-muted [overflow-wrap:anywhere]">{words.get(ref)?.sentence}</span>
      ),
    },
  ];
  return name === undefined ? rest : [name, ...inWords, ...rest];
}

function NoPolicies() {
  return (
    <EmptyState
      icon={<ShieldCheck />}
      title="Everyone may call everyone"
      actions={
        <ButtonLink variant="primary" href="/security/new">
          Allow or deny callers
        </ButtonLink>
      }
    >
      Without an authorization policy every workload answers whoever reaches it. A policy allows or denies callers by
      their identity, method and path.
    </EmptyState>
  );
}
