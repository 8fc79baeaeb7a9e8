"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useRange } from "#components/shell/use-range.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { TraceLinks } from "#components/topology/trace-links.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** Whose span of a call is looked for: the caller's, which is there even of a call that never arrived. */
export interface EdgeTraceQuery {
  /** As it is named in traces. */
  readonly service: string;
  /** The host that it asked for; absent where only the called end is known. */
  readonly callee?: string;
}

/** The last traces in which the caller asked for that host. */
export function EdgeTraces({ query }: { readonly query: EdgeTraceQuery }) {
  const range = useRange();
  const trpc = useTRPC();
  const traces = useQuery(
    trpc.traces.search.queryOptions({ ...query, seconds: range.seconds, limit: 6 }, { refetchInterval: 15_000 }),
  );
  return (
    <QueryView query={traces} what="traces" skeleton={<SkeletonRows rows={3} />}>
      {(found) => <TraceLinks traces={found} />}
    </QueryView>
  );
}

/** Of connections there are none: whatever service they lead to has only others' traces. */
export function NoTraces() {
  return (
    <PanelSection title="Recent traces">
      <p className="text-sm text-subtle">None: proxies trace requests, and these are TCP connections</p>
    </PanelSection>
  );
}
