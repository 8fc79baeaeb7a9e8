"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useRef, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { type GraphAsk, toGraphInput } from "#components/topology/graph-input.ts";
import type { QueryLike } from "#components/ui/query-view.tsx";
import type { DrawnGraph } from "#core/graph/display-graph.ts";

/** `connecting` for the first time, `reconnecting` after one that broke. */
export type Connection = "live" | "connecting" | "reconnecting" | "lost";

export interface LiveGraph {
  /** The last graph, live or fetched, and what keeps it from being fresh. */
  readonly query: QueryLike<DrawnGraph>;
  readonly connection: Connection;
}

/** How often it is asked for while nothing comes by itself. */
const LOST_RETRY_MS = 5000;
/** Three graphs that did not come. */
const SILENCE_MS = 6000;
const SILENCE_MS_PER_EDGE = 4;
const SILENCE_CHECK_MS = 1000;

/** The graph, anew every two seconds by server-sent events, unless it is asked for up to some moment. */
export function useLiveGraph(ask: GraphAsk): LiveGraph {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { view } = ask;
  const input = toGraphInput(ask);
  const live = useSubscription(
    trpc.topology.live.subscriptionOptions(input, {
      enabled: input.endMs === undefined,
      onStarted: () => {
        heardAt.current = Date.now();
      },
      onData: (graph) => {
        heardAt.current = Date.now();
        edges.current = graph.edges.length;
        if (graph.view === view) queryClient.setQueryData(trpc.topology.drawn.queryKey(input), graph);
      },
    }),
  );
  // The server sends every two seconds, of large graphs less often; one that hangs keeps the connection open and sends nothing.
  const heardAt = useRef(0);
  const edges = useRef(0);
  const [isSilent, setIsSilent] = useState(false);
  const isFollowing = input.endMs === undefined && live.status === "pending";
  useEffect(() => {
    if (!isFollowing) return setIsSilent(false);
    const check = () => setIsSilent(Date.now() - heardAt.current > SILENCE_MS + SILENCE_MS_PER_EDGE * edges.current);
    const timer = setInterval(check, SILENCE_CHECK_MS);
    return () => clearInterval(timer);
  }, [isFollowing]);
  const isLost = live.status === "error" || isSilent;
  const { data, error, dataUpdatedAt, isFetching, refetch } = useQuery(
    trpc.topology.drawn.queryOptions(input, {
      staleTime: 10_000,
      refetchInterval: isLost ? LOST_RETRY_MS : false,
      // Nearly every figure is another each time.
      structuralSharing: false,
      placeholderData: (previous) => (previous?.view === view ? previous : undefined),
    }),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer says that the server is there again, and only that
  useEffect(() => {
    if (isLost) live.reset();
  }, [dataUpdatedAt]);
  return {
    query: { data, error: error ?? live.error, isFetching, refetch },
    connection: describeConnection(live, isLost),
  };
}

function describeConnection(live: { readonly status: string; readonly error: unknown }, isLost: boolean): Connection {
  if (isLost) return "lost";
  if (live.status === "pending") return "live";
  // What it broke with is told until it stands again.
  return live.error === null ? "connecting" : "reconnecting";
}
