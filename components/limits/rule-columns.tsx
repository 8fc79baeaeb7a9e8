import { Sparkline } from "#components/charts/sparkline.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import type { Column } from "#components/ui/table-column.ts";
import type { RefusedCaller, UsedRule } from "#core/view/limit-use.ts";

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
    header: "Trend",
    hideBelow: "md",
    cell: ({ refusedPerSecond }) => <Sparkline tone="bad" values={refusedPerSecond.map(({ value }) => value ?? 0)} />,
  },
  {
    id: "callers",
    header: "Most refused",
    cell: ({ callers }) =>
      callers.length === 0 ? (
        <span className="text-subtle">nobody</span>
      ) : (
        <ul className="min-w-40">
          {callers.slice(0, CALLERS_SHOWN).map((caller) => (
            <li key={`${caller.isGateway} ${caller.workload}`} className="text-xs [overflow-wrap:anywhere]">
              {nameCaller(caller)} <span className="tabular text-subtle">{formatRate(caller.refused)}</span>
            </li>
          ))}
          {callers.length > CALLERS_SHOWN ? (
            <li className="text-subtle text-xs">and {callers.length - CALLERS_SHOWN} more</li>
          ) : null}
        </ul>
      ),
  },
];

function nameCaller({ workload, isGateway }: RefusedCaller): string {
  if (workload === "unknown") return "callers without a certificate";
  return isGateway ? `from outside, at ${workload}` : workload;
}
