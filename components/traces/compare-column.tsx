import { GitCompare } from "lucide-react";
import { compareHref } from "#components/traces/compare-href.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { TraceSummary } from "#core/telemetry/trace.ts";

/** Chooses the first of two traces, and leads from the second to both. */
export function compareColumn(first: string | null, onFirst: (traceId: string) => void): Column<TraceSummary> {
  return {
    id: "compare",
    header: "Compare",
    align: "end",
    hideBelow: "md",
    cell: ({ traceId }) => (
      <span className="relative z-1">
        {first === null ? (
          <Button size="sm" variant="ghost" aria-label={`Compare ${traceId}`} onClick={() => onFirst(traceId)}>
            <GitCompare aria-hidden />
          </Button>
        ) : first === traceId ? (
          <span className="text-subtle text-xs">first</span>
        ) : (
          <ButtonLink size="sm" href={compareHref(first, traceId)}>
            <GitCompare aria-hidden /> Compare
          </ButtonLink>
        )}
      </span>
    ),
  };
}
