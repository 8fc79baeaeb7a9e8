import { Notice } from "#components/ui/notice.tsx";
import { Clock } from "#components/ui/time-text.tsx";
import type { Graph } from "#core/graph/graph.ts";

/** Requests that some proxy served and nobody can tell of: shown, never smoothed over. */
export function GapsNotice({ gaps }: { readonly gaps: Graph["gaps"] }) {
  const [first] = gaps;
  if (first === undefined) return null;
  const requests = gaps.reduce((total, gap) => total + gap.requests, 0);
  return (
    <Notice tone="warn" role="status" className="shrink-0 rounded-none border-x-0 border-t-0 px-4">
      <span data-testid="gaps">
        {requests > 0
          ? `${requests} requests are missing from these figures`
          : "Some requests may be missing from these figures"}
        : {first.workload}, <Clock atMs={first.startMs} /> to <Clock atMs={first.endMs} /> ({first.reason})
        {gaps.length > 1 ? ` and ${gaps.length - 1} more` : ""}.
      </span>
    </Notice>
  );
}
