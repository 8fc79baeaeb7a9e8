"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { TraceFacts } from "#components/traces/trace-facts.tsx";
import { TraceView } from "#components/traces/trace-view.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Page } from "#components/ui/page.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** One request, span by span. */
export function TracePage({ traceId }: { readonly traceId: string }) {
  const range = useRange();
  const trpc = useTRPC();
  // A trace may still be growing when it is opened from the newest of the list.
  const trace = useQuery(trpc.traces.get.queryOptions({ traceId }, { staleTime: 10_000 }));
  const root = trace.data?.spans.find(({ parentSpanId }) => parentSpanId === null) ?? trace.data?.spans[0];
  return (
    <Page>
      <PageHeader
        above={<Breadcrumbs items={[{ label: "Traces", href: withRange("/traces", range) }]} />}
        title={root?.operation ?? "Trace"}
        description={trace.data === undefined ? <code className="font-mono text-xs">{traceId}</code> : <TraceFacts trace={trace.data} />}
      />
      <QueryView query={trace} what="this trace" skeleton={<div className="rounded-lg border border-line bg-surface"><SkeletonRows rows={10} /></div>}>
        {(data) => <TraceView trace={data} />}
      </QueryView>
    </Page>
  );
}
