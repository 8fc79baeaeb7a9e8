"use client";
import { useQuery } from "@tanstack/react-query";
import { ListTree } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { DownloadTrace } from "#components/traces/download-trace.tsx";
import { GROWING_REFRESH_MS, isGrowing } from "#components/traces/is-growing.ts";
import { TraceCauses } from "#components/traces/trace-causes.tsx";
import { TraceFacts } from "#components/traces/trace-facts.tsx";
import { TraceView } from "#components/traces/trace-view.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { isFailedSpan } from "#core/telemetry/is-failed-span.ts";
import { rootOfTrace } from "#core/telemetry/root-of-trace.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";
import { isTraceId } from "#core/telemetry/trace-id.ts";

function NoTraceId({ traceId }: { readonly traceId: string }) {
  const range = useRange();
  return (
    <Page>
      <PageHeader
        above={<Breadcrumbs items={[{ label: "Traces", href: withRange("/traces", range) }]} />}
        title="Trace"
        description={<code className="break-all font-mono text-xs">{traceId}</code>}
      />
      <EmptyState
        icon={<ListTree />}
        title="No trace has this id"
        actions={<ButtonLink href={withRange("/traces", range)}>Find a trace</ButtonLink>}
      >
        Ids of traces are 16 to 32 hex digits, in lower case.
      </EmptyState>
    </Page>
  );
}

/** One request, span by span. */
export function TracePage({ traceId }: { readonly traceId: string }) {
  const range = useRange();
  const trpc = useTRPC();
  const trace = useQuery(
    trpc.traces.get.queryOptions(
      { traceId },
      {
        enabled: isTraceId(traceId),
        staleTime: 10_000,
        refetchInterval: ({ state }) => (isGrowing(state.data, Date.now()) ? GROWING_REFRESH_MS : false),
      },
    ),
  );
  if (!isTraceId(traceId)) return <NoTraceId traceId={traceId} />;
  const root = rootOfTrace(trace.data?.spans ?? []);
  return (
    <Page>
      <PageHeader
        above={<Breadcrumbs items={[{ label: "Traces", href: withRange("/traces", range) }]} />}
        title={root === undefined ? "Trace" : spanTitle(root)}
        actions={trace.data === undefined ? undefined : <DownloadTrace trace={trace.data} />}
        description={
          trace.data === undefined ? (
            <code className="font-mono text-xs">{traceId}</code>
          ) : (
            <TraceFacts trace={trace.data} />
          )
        }
      />
      <QueryView
        query={trace}
        what="this trace"
        skeleton={
          <div className="rounded-lg border border-line bg-surface">
            <SkeletonRows rows={10} />
          </div>
        }
      >
        {(data) => (
          <>
            {data.spans.some(isFailedSpan) ? <TraceCauses trace={data} /> : null}
            {data.isCut === true ? (
              <Notice tone="warn" title="Not all spans are shown">
                One reporter has more spans in this trace than are read of one; its first ones are here.
              </Notice>
            ) : null}
            <TraceView trace={data} />
          </>
        )}
      </QueryView>
    </Page>
  );
}
