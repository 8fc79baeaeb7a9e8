import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { ObjectiveView } from "#core/view/objective.ts";

const STATUS: Readonly<Record<ObjectiveView["status"], { readonly tone: Tone; readonly word: string }>> = {
  met: { tone: "ok", word: "Met" },
  burning: { tone: "warn", word: "Burning" },
  exhausted: { tone: "bad", word: "Exhausted" },
  "no-traffic": { tone: "neutral", word: "No traffic" },
  waiting: { tone: "neutral", word: "Not counted yet" },
};

export function ObjectiveBadge({ status }: Pick<ObjectiveView, "status">) {
  return <Badge tone={STATUS[status].tone}>{STATUS[status].word}</Badge>;
}

/** What is not quite all never reads as 100. */
export function formatGood(percent: number | null): string {
  if (percent === null) return "–";
  if (percent === 100) return "100 %";
  return percent > 99.999 ? ">99.999 %" : `${percent.toFixed(3)} %`;
}

/** What is used up by little never reads as nothing left, nor what was touched as whole. */
export function formatBudget(percent: number | null): string {
  if (percent === null) return "–";
  if (percent === 100 || percent === 0) return `${percent} %`;
  if (percent > 99.9) return ">99.9 %";
  return percent < 0 && percent > -0.1 ? "<0 %" : `${percent.toFixed(1)} %`;
}

export const OBJECTIVE_COLUMNS: readonly Column<ObjectiveView>[] = [
  {
    id: "name",
    header: "Objective",
    sortValue: ({ namespace, name }) => `${namespace}/${name}`,
    cell: ({ namespace, name }) => (
      <span className="[overflow-wrap:anywhere]">
        {namespace}/{name}
      </span>
    ),
  },
  { id: "status", header: "State", cell: ({ status }) => <ObjectiveBadge status={status} /> },
  { id: "what", header: "What", hideBelow: "lg", cell: ({ effect }) => effect },
  {
    id: "target",
    header: "Target",
    align: "end",
    hideBelow: "md",
    sortValue: ({ target }) => target,
    cell: ({ target }) => `${target} %`,
  },
  {
    id: "good",
    header: "Good",
    align: "end",
    sortValue: ({ goodPercent }) => goodPercent ?? 101,
    cell: ({ goodPercent }) => formatGood(goodPercent),
  },
  {
    id: "left",
    header: "Budget left",
    align: "end",
    sortValue: ({ budgetLeftPercent }) => budgetLeftPercent ?? 101,
    cell: ({ budgetLeftPercent }) => formatBudget(budgetLeftPercent),
  },
];
