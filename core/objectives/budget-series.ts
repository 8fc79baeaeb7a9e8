import type { Sums } from "#core/objectives/counter.ts";
import { windowFrom } from "#core/objectives/judge-objective.ts";
import type { ObjectiveTerms } from "#core/resolve/objectives.ts";

/** Null where nothing was counted. */
interface Point {
  readonly atMs: number;
  readonly value: number | null;
}

interface BudgetSeries {
  readonly budgetLeft: readonly Point[];
  readonly badPercent: readonly Point[];
}

/** What was left of the budget at the end of each step, in percent, and how much of that step's requests failed. */
export function budgetSeries(
  terms: ObjectiveTerms,
  { fromMs, toMs, stepMs }: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
  between: (fromMs: number, toMs: number) => Sums,
): BudgetSeries {
  const budgetLeft: Point[] = [];
  const badPercent: Point[] = [];
  for (let atMs = fromMs; atMs + stepMs <= toMs; atMs += stepMs) {
    const endMs = atMs + stepMs;
    const sums = between(windowFrom(terms, endMs), endMs);
    const own = between(atMs, endMs);
    budgetLeft.push({
      atMs,
      value: sums.total === 0 ? null : 100 * (1 - sums.bad / (sums.total * (1 - terms.target))),
    });
    badPercent.push({ atMs, value: own.total === 0 ? null : (100 * own.bad) / own.total });
  }
  return { budgetLeft, badPercent };
}
