import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import type { Column } from "#components/ui/table-column.ts";
import { shortName } from "#core/traffic/describe-difference.ts";
import type { ComparedTraffic, TrafficFigures } from "#core/traffic/revision-effect.ts";

function compared(
  id: string,
  header: string,
  of: (figures: TrafficFigures) => number | null,
  format: (value: number | null) => string,
): Column<ComparedTraffic> {
  return {
    ...{ id, header, align: "end" },
    cell: ({ before, after }) => (
      <span className="tabular whitespace-nowrap">
        <span className="text-subtle">{before.requests === 0 ? "–" : format(of(before))}</span> <Then />{" "}
        {after.requests === 0 ? "–" : format(of(after))}
      </span>
    ),
    sortValue: ({ after }) => of(after),
  };
}

function Then() {
  return (
    <>
      <span aria-hidden className="text-subtle">
        →
      </span>
      <span className="sr-only">then</span>
    </>
  );
}

/** Each figure as it was, and as it is. */
export const COMPARED_COLUMNS: readonly Column<ComparedTraffic>[] = [
  {
    id: "edge",
    header: "From and to",
    cell: ({ caller, called }) => (
      <span className="inline-block min-w-36 [overflow-wrap:anywhere]" title={`${caller} → ${called}`}>
        {shortName(caller)} → {shortName(called)}
      </span>
    ),
    sortValue: ({ caller, called }) => `${caller} ${called}`,
  },
  compared(
    "rate",
    "Requests/s",
    ({ requestsPerSecond }) => requestsPerSecond,
    (value) => formatRate(value ?? 0),
  ),
  compared("failed", "5xx, unanswered", ({ failedPercent }) => failedPercent, formatPercent),
  compared("refused", "Refused", ({ refusedPercent }) => refusedPercent, formatPercent),
  compared("p50", "p50", ({ p50Ms }) => p50Ms, formatMillis),
  compared("p95", "p95", ({ p95Ms }) => p95Ms, formatMillis),
];
