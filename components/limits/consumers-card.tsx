"use client";
import { useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CONSUMER_COLUMNS } from "#components/limits/consumer-columns.tsx";
import { consumerHref, nameLimit } from "#components/limits/name-subject.ts";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { LimitRuleView } from "#core/view/limit.ts";

const REFETCH_MS = 5000;
const MOST = 100;

/** Who uses most of a limit, as the owner of its state knows it now. */
export function ConsumersCard() {
  const trpc = useTRPC();
  const may = useMay("limits.consumers");
  const rules = useQuery(trpc.limits.rules.queryOptions(undefined, { refetchInterval: REFETCH_MS }));
  return (
    <Card
      isFlush
      testId="consumers"
      title="Consumers"
      description="who uses most of a limit now, by what its key tells apart"
    >
      {may.isAllowed ? (
        <QueryView query={rules} what="the rules" skeleton={<SkeletonRows />}>
          {(all) => (all.length === 0 ? <Nobody /> : <Consumers rules={all} />)}
        </QueryView>
      ) : (
        <EmptyState icon={<Users />} title="Consumers are not yours to see" className="py-8">
          {may.reason} Keys may be what callers keep secret.
        </EmptyState>
      )}
    </Card>
  );
}

function Consumers({ rules }: { readonly rules: readonly LimitRuleView[] }) {
  const search = useSearchState();
  const asked = rules.find(({ id }) => id === search.get("limit"));
  // Without a choice the one with most of them.
  const [busiest] = [...rules].sort((a, b) => b.consumers - a.consumers);
  const chosen = asked ?? busiest;
  const text = search.get("q") ?? "";
  const consumers = useQuery(
    useTRPC().limits.consumers.queryOptions(
      { limit: chosen?.id ?? "", text: useDebounced(text, 300), most: MOST },
      { enabled: chosen !== undefined, refetchInterval: REFETCH_MS, placeholderData: (previous) => previous },
    ),
  );
  if (chosen === undefined) return null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 px-4 pb-3">
        <Select
          label="Limit"
          className="w-96 max-w-full"
          value={chosen.id}
          onValueChange={(limit) => search.set({ limit })}
          options={rules.map((rule) => ({
            value: rule.id,
            label: `${nameLimit({ kind: rule.kind, limit: rule.id })} (${rule.consumers})`,
          }))}
        />
        <SearchInput
          label="Filter by consumer"
          className="w-64"
          value={text}
          onValueChange={(q) => search.set({ q })}
        />
        <span className="text-muted text-xs">{describeRule(chosen)}</span>
      </div>
      <QueryView query={consumers} what="the consumers" skeleton={<SkeletonRows />}>
        {(rows) => (
          <DataTable
            label="Consumers"
            columns={CONSUMER_COLUMNS}
            rows={rows}
            rowKey={({ key }) => key}
            rowHref={consumerHref}
            pageRows={10}
            empty={<Nobody />}
          />
        )}
      </QueryView>
    </>
  );
}

function describeRule({ amount, unit, period, key, members }: LimitRuleView): string {
  const each = key.length === 0 ? "" : ` for each ${key.join(" and ")}`;
  return `${amount}${unit === "Bytes" ? " bytes" : ""} in ${period}${each}, over ${members} ${members === 1 ? "proxy" : "proxies"}`;
}

function Nobody() {
  return (
    <EmptyState icon={<Users />} title="Nobody uses it now" className="py-8">
      Whoever is counted by a limit over all proxies is told here while something is used. Limits of one proxy each are
      known to their agents alone.
    </EmptyState>
  );
}
