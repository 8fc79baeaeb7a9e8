"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPCClient } from "#components/api/trpc.ts";
import { changedSince, planUndoOnTop, type RevertPlan } from "#components/changes/plan-undo-on-top.ts";

export type RevertKind = "undo" | "rollback";

/** The changes that taking a revision back, or going back to it, would make: for the preview. */
export function useRevertPlan(kind: RevertKind, revision: number) {
  const client = useTRPCClient();
  return useQuery({
    queryKey: ["editor", "revert", kind, revision],
    staleTime: 0,
    gcTime: 0,
    retry: false,
    placeholderData: () => undefined,
    queryFn: async (): Promise<RevertPlan> => {
      if (kind === "undo") {
        const current = await client.config.list.query({});
        const made = await client.config.revision.query({ revision });
        const standing = new Set(current.map(({ ref }) => ref));
        const later = changedSince(made, current).filter((ref) => standing.has(ref));
        const texts = await Promise.all(
          later.map(async (ref) => [ref, (await client.config.get.query({ ref })).text] as const),
        );
        return planUndoOnTop(made, current, new Map(texts));
      }
      return {
        changes: await client.config.restoreChanges.query({ revision, way: "rollback" }),
        merged: [],
        blocked: [],
      };
    },
  });
}
