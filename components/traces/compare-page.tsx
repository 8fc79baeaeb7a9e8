"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, GitCompare } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { CompareTable } from "#components/traces/compare-table.tsx";
import { TraceFacts } from "#components/traces/trace-facts.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import type { Trace } from "#core/telemetry/trace.ts";
import { isTraceId } from "#core/telemetry/trace-id.ts";

/** Two traces as one tree: what one has and the other has not, and where the time differs. */
export function ComparePage() {
  const range = useRange();
  const search = useSearchState();
  const before = useTrace(search.get("before") ?? "");
  const after = useTrace(search.get("after") ?? "");
  const isAsked = [search.get("before"), search.get("after")].every((id) => isTraceId(id ?? ""));
  const traces = withRange("/traces", range);
  return (
    <Page>
      <PageHeader
        above={<Breadcrumbs items={[{ label: "Traces", href: traces }]} />}
        title="Compare traces"
        description="Equal spans at the same place are one line."
        actions={
          isAsked ? (
            <Button onClick={() => search.set({ before: search.get("after"), after: search.get("before") })}>
              <ArrowLeftRight aria-hidden /> Swap
            </Button>
          ) : undefined
        }
      />
      {isAsked ? (
        <QueryView query={before} what="the first trace" skeleton={<SkeletonRows rows={8} />}>
          {(first) => (
            <QueryView query={after} what="the second trace" skeleton={<SkeletonRows rows={8} />}>
              {(second) => (
                <div className="flex flex-col gap-4">
                  <div className="grid gap-4 md:grid-cols-2">
                    <Side title="First" trace={first} />
                    <Side title="Second" trace={second} />
                  </div>
                  <Card isFlush>
                    <CompareTable before={first} after={second} />
                  </Card>
                </div>
              )}
            </QueryView>
          )}
        </QueryView>
      ) : (
        <Card>
          <EmptyState
            icon={<GitCompare />}
            title="Two traces are compared by their ids"
            actions={<ButtonLink href={traces}>Find traces</ButtonLink>}
          >
            Choose them in the list of traces, or under Similar on the page of one.
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}

function useTrace(traceId: string) {
  return useQuery(
    useTRPC().traces.get.queryOptions(isTraceId(traceId) ? { traceId } : skipToken, { staleTime: 30_000 }),
  );
}

function Side({ title, trace }: { readonly title: string; readonly trace: Trace }) {
  const root = rootOfTrace(trace.spans);
  return (
    <Card title={title}>
      <Link
        href={`/traces/${trace.traceId}`}
        className="rounded-sm font-medium text-accent-text text-sm underline [overflow-wrap:anywhere]"
      >
        {root === undefined ? trace.traceId : spanTitle(root)}
      </Link>
      <div className="mt-1 text-muted text-sm [overflow-wrap:anywhere]">
        <TraceFacts trace={trace} />
      </div>
    </Card>
  );
}
