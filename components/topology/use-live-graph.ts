"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { type GraphAsk, toGraphInput } from "#components/topology/graph-input.ts";
import type { QueryLike } from "#components/ui/query-view.tsx";
import type { DrawnGraph } from "#core/view/display-graph.ts";

export interface LiveGraph {
  /** The last graph, live or fetched, with the state of the first fetch. */
  readonly query: QueryLike<DrawnGraph>;
  readonly connection: "live" | "connecting" | "lost";
}

/** The graph, anew every two seconds by server-sent events, unless it is asked for up to some moment. */
export function useLiveGraph(ask: GraphAsk): LiveGraph {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { view } = ask;
  const input = toGraphInput(ask);
  const query = useQuery(
    trpc.topology.drawn.queryOptions(input, {
      staleTime: 10_000,
      // Nearly every figure is another each time.
      structuralSharing: false,
      placeholderData: (previous) => (previous?.view === view ? previous : undefined),
    }),
  );
  const live = useSubscription(
    trpc.topology.live.subscriptionOptions(input, {
      enabled: input.endMs === undefined,
      onData: (graph) => {
        if (graph.view === view) queryClient.setQueryData(trpc.topology.drawn.queryKey(input), graph);
      },
    }),
  );
  const { data, error, isFetching, refetch } = query;
  return {
    query: { data, error: data === undefined ? error : null, isFetching, refetch },
    connection:
      live.status === "pending" ? "live" : live.status === "error" || live.error !== null ? "lost" : "connecting",
  };
}
