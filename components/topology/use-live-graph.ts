"use client";
import { useQuery } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { type GraphAsk, toGraphInput } from "#components/topology/graph-input.ts";
import type { QueryLike } from "#components/ui/query-view.tsx";
import type { Graph } from "#core/view/graph.ts";

export interface LiveGraph {
  /** The last graph, live or fetched, with the state of the first fetch. */
  readonly query: QueryLike<Graph>;
  readonly connection: "live" | "connecting" | "lost";
}

/** The graph, anew every two seconds by server-sent events; `isPaused` holds the last one. */
export function useLiveGraph(ask: GraphAsk, isPaused: boolean): LiveGraph {
  const trpc = useTRPC();
  const { view } = ask;
  const input = toGraphInput(ask);
  const query = useQuery(
    trpc.topology.graph.queryOptions(input, {
      staleTime: 10_000,
      placeholderData: (previous) => (previous?.view === view ? previous : undefined),
    }),
  );
  const live = useSubscription(trpc.topology.live.subscriptionOptions(input, { enabled: !isPaused }));
  const fresh = live.data !== undefined && live.data.view === view ? live.data : undefined;
  const data = fresh ?? query.data;
  const connection =
    live.status === "pending" ? "live" : live.status === "error" || live.error !== null ? "lost" : "connecting";
  return {
    query: {
      data,
      error: data === undefined ? query.error : null,
      isFetching: query.isFetching,
      refetch: query.refetch,
    },
    connection,
  };
}
