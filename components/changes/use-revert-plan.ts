"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPCClient } from "#components/api/trpc.ts";
import { revisionsToRead } from "#components/changes/later-revisions.ts";
import { changedSince, planUndoOnTop, type RevertPlan } from "#components/changes/plan-undo-on-top.ts";
import { planRollback } from "#core/form/plan-revert.ts";
import type { RevisionSummary } from "#core/view/config.ts";

export type RevertKind = "undo" | "rollback";

const PAGE = 200;

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
      const current = await client.config.list.query({});
      if (kind === "undo") {
        const made = await client.config.revision.query({ revision });
        const standing = new Set(current.map(({ ref }) => ref));
        const later = changedSince(made, current).filter((ref) => standing.has(ref));
        const texts = await Promise.all(
          later.map(async (ref) => [ref, (await client.config.get.query({ ref })).text] as const),
        );
        return planUndoOnTop(made, current, new Map(texts));
      }
      const history: RevisionSummary[] = [];
      for (;;) {
        const before = history.at(-1)?.revision;
        const page = await client.config.history.query({ limit: PAGE, ...(before === undefined ? {} : { before }) });
        history.push(...page);
        if (page.length < PAGE || (page.at(-1)?.revision ?? 0) <= revision + 1) break;
      }
      const later = await Promise.all(
        revisionsToRead(revision, history).map((number) => client.config.revision.query({ revision: number })),
      );
      return { changes: planRollback(later, current), merged: [], blocked: [] };
    },
  });
}
