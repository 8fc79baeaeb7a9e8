import { Sparkline } from "#components/charts/sparkline.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import type { Column } from "#components/ui/table-column.ts";
import type { CountedCaller, UsedRule } from "#core/view/limit-use.ts";

const CALLERS_SHOWN = 3;

export const RULE_COLUMNS: readonly Column<UsedRule>[] = [
  {
    id: "rule",
    header: "Rule",
    cell: ({ name, words }) => (
      <span className="inline-block min-w-40 [overflow-wrap:anywhere]">
        {name === "" ? "all of it" : name}
        <span className="block font-normal text-muted text-xs">{words}</span>
      </span>
    ),
    sortValue: ({ name }) => name,
  },
  {
    id: "admitted",
    header: "Admitted",
    align: "end",
    cell: ({ admitted, exempt }) => (
      <>
        <span className={admitted > 0 ? "" : "text-subtle"}>{formatRate(admitted)}</span>
        {exempt > 0 ? <span className="block text-subtle text-xs">and {formatRate(exempt)} exempt</span> : null}
      </>
    ),
    sortValue: ({ admitted }) => admitted,
  },
  {
    id: "tried",
    header: "Would refuse",
    align: "end",
    cell: ({ tried }) => (
      <span className={tried > 0 ? "font-medium text-warn-text" : "text-subtle"}>{formatRate(tried)}</span>
    ),
    sortValue: ({ tried }) => tried,
  },
  {
    id: "refused",
    header: "Refused",
    align: "end",
    cell: ({ refused }) => (
      <span className={refused > 0 ? "font-medium text-bad-text" : "text-subtle"}>{formatRate(refused)}</span>
    ),
    sortValue: ({ refused }) => refused,
  },
  {
    id: "trend",
    header: "Refused over time",
    hideBelow: "md",
    cell: ({ perSecond: { refused, tried } }) => (
      <Sparkline tone="bad" values={refused.map(({ value }, index) => (value ?? 0) + (tried[index]?.value ?? 0))} />
    ),
  },
  {
    id: "callers",
    header: "Callers",
    cell: ({ callers }) =>
      callers.length === 0 ? (
        <span className="text-subtle">nobody</span>
      ) : (
        <ul className="min-w-40">
          {callers.slice(0, CALLERS_SHOWN).map((caller) => (
            <li key={`${caller.isGateway} ${caller.workload}`} className="text-xs [overflow-wrap:anywhere]">
              {nameCaller(caller)} <span className="tabular text-subtle">{describeCounts(caller)}</span>
            </li>
          ))}
          {callers.length > CALLERS_SHOWN ? (
            <li className="text-subtle text-xs">and {callers.length - CALLERS_SHOWN} more</li>
          ) : null}
        </ul>
      ),
  },
];

/** "1.2k admitted, 30 refused" */
function describeCounts({ admitted, tried, refused }: CountedCaller): string {
  const parts = [
    [admitted, "admitted"],
    [tried, "would be refused"],
    [refused, "refused"],
  ] as const;
  return parts.flatMap(([count, what]) => (count > 0 ? [`${formatRate(count)} ${what}`] : [])).join(", ");
}

function nameCaller({ workload, isGateway }: CountedCaller): string {
  if (workload === "unknown") return "callers without a certificate";
  return isGateway ? `from outside, at ${workload}` : workload;
}
