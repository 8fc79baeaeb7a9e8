"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import type { ChangeMark } from "#core/traffic/revision-effect.ts";

/** All charts of a page ask for the same time. */
const ROUND_MS = 60_000;
const REFETCH_MS = 10_000;

/** Revisions that were written in a time, newest first. */
export function useChangeMarks(fromMs: number, toMs: number): readonly ChangeMark[] {
  const range = { fromMs: Math.floor(fromMs / ROUND_MS) * ROUND_MS, toMs: Math.ceil(toMs / ROUND_MS) * ROUND_MS };
  const marks = useQuery(
    useTRPC().effects.marks.queryOptions(range, {
      enabled: toMs > fromMs,
      refetchInterval: REFETCH_MS,
      placeholderData: (previous) => previous,
    }),
  );
  return (marks.data ?? []).filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
}
