"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useRange } from "#components/shell/use-range.ts";
import { TraceLinks } from "#components/topology/trace-links.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

/** The last traces through a service. */
export function EdgeTraces({ service }: { readonly service: string }) {
  const range = useRange();
  const trpc = useTRPC();
  const traces = useQuery(
    trpc.traces.search.queryOptions({ service, seconds: range.seconds, limit: 6 }, { refetchInterval: 15_000 }),
  );
  return (
    <QueryView query={traces} what="traces" skeleton={<SkeletonRows rows={3} />}>
      {(found) => <TraceLinks traces={found} />}
    </QueryView>
  );
}
