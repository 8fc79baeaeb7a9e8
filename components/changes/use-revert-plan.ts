"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPCClient } from "#components/api/trpc.ts";
import { revisionsToRead } from "#components/changes/later-revisions.ts";
import { planRollback, planUndo } from "#core/form/plan-revert.ts";
import type { ConfigChange, RevisionSummary } from "#core/view/config.ts";

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
    queryFn: async (): Promise<ConfigChange[]> => {
      const current = await client.config.list.query({});
      if (kind === "undo") return planUndo(await client.config.revision.query({ revision }), current);
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
      return planRollback(later, current);
    },
  });
}
