"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { type RolloutSummary, summarizeRollout } from "#components/editor/summarize-rollout.ts";
import { formatMillis } from "#components/format/format-millis.ts";

const LOOK = {
  done: { Icon: CircleCheck, tone: "text-ok" },
  refused: { Icon: CircleAlert, tone: "text-bad" },
  unusable: { Icon: CircleAlert, tone: "text-bad" },
  rolling: { Icon: CircleDashed, tone: "text-warn" },
  waiting: { Icon: CircleDashed, tone: "text-warn" },
} as const;

/** How far a revision has come, in a word. */
export function RolloutState({ revision }: { readonly revision: number }) {
  const distribution = useQuery(
    useTRPC().config.distribution.queryOptions(
      { revision },
      {
        staleTime: 30_000,
        refetchInterval: ({ state }) => (state.data?.isComplete === false ? 2000 : false),
      },
    ),
  );
  if (distribution.data === undefined) return <span className="text-subtle">…</span>;
  const summary = summarizeRollout(distribution.data, formatMillis);
  const { state, sentence } = summary;
  if (state === "nobody")
    return (
      <span className="text-subtle" title={sentence}>
        none had to take it
      </span>
    );
  const { Icon, tone } = LOOK[state];

  const word = wordOf(summary);
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={sentence}>
      <Icon aria-hidden className={`size-3.5 ${tone}`} /> {word}
    </span>
  );
}

function wordOf({ state, acked, total, refused }: RolloutSummary): string {
  switch (state) {
    case "done":
      return `${acked} have it`;
    case "refused":
      return `${refused} refused`;
    case "unusable":
      return "Files unusable";
    default:
      return `${acked}/${total}`;
  }
}
