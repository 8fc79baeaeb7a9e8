"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { longerRange, refreshMs } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import type { GraphEnds } from "#core/graph/graph.ts";

/** Under five minutes a chart is three dots. */
const SECONDS_MIN = 300;

/** What flowed between two ends of the graph, over the page's range or at least five minutes. */
export function useSeries(ends: GraphEnds) {
  const range = longerRange(useRange(), SECONDS_MIN);
  const trpc = useTRPC();
  const series = useQuery(
    trpc.topology.series.queryOptions({ ...ends, seconds: range.seconds }, { refetchInterval: refreshMs(range) }),
  );
  return { series, range };
}
