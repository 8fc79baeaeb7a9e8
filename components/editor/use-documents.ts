"use client";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { ResourceDetail, ResourceSummary } from "#core/view/config.ts";

/** Resources with their texts, as far as they are wanted: what a plan reads, and changes. Loaded when all of them are. */
export function useDocuments(kinds: readonly Kind[], isWanted: (resource: ResourceSummary) => boolean) {
  const trpc = useTRPC();
  const list = useQuery(trpc.config.list.queryOptions({ kinds: [...kinds] }));
  const last = useRef<ResourceDetail[]>(undefined);
  const documents = useQueries({
    queries: (list.data ?? []).filter(isWanted).map(({ ref }) => trpc.config.get.queryOptions({ ref })),
    combine: (all) => ({
      data:
        list.data !== undefined && all.every(({ data }) => data !== undefined)
          ? all.flatMap(({ data }): ResourceDetail[] => (data === undefined ? [] : [data]))
          : undefined,
      error: list.error ?? all.find(({ error }) => error !== null)?.error ?? null,
      isFetching: list.isFetching || all.some(({ isFetching }) => isFetching),
      refetch: () => Promise.all([list.refetch(), ...all.map((each) => each.refetch())]),
    }),
  });
  // One that is new has yet to be read: what was read before stands meanwhile, or the form over it would begin anew.
  if (documents.data !== undefined) last.current = documents.data;
  return { ...documents, data: documents.data ?? last.current };
}
