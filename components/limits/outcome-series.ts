import type { Series } from "#components/charts/build-series.ts";
import type { CountedOutcomes, UsedLimit } from "#core/view/limit-use.ts";
import type { TimePoint } from "#core/view/service-metrics.ts";

export const COLORS = ["series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7"] as const;

/** Requests per second that came to an outcome, a line for each rule that has some; of many the last line is what the others have together. */
export function outcomeSeries(limits: readonly UsedLimit[], outcome: keyof CountedOutcomes<unknown>): Series[] {
  const rules = limits
    .flatMap(({ namespace, name, kind, rules: own }) =>
      own.map((rule) => ({
        ...rule,
        label: `${kind} ${namespace}/${name}${rule.name === "" ? "" : `, rule ${rule.name}`}`,
      })),
    )
    .filter((rule) => rule[outcome] > 0)
    .sort((a, b) => b[outcome] - a[outcome]);
  const apart = rules.length > COLORS.length ? COLORS.length - 1 : rules.length;
  const lines = rules.slice(0, apart).map(({ label, perSecond }) => ({ label, points: perSecond[outcome] }));
  const others = rules.slice(apart);
  if (others.length > 0)
    lines.push({
      label: `${others.length} other rules`,
      points: sumPoints(others.map((rule) => rule.perSecond[outcome])),
    });
  return lines.map((line, index) => ({ ...line, key: `rule-${index}`, color: COLORS[index] ?? "idle" }));
}

/** All have the same times. */
function sumPoints([first = [], ...more]: readonly (readonly TimePoint[])[]): TimePoint[] {
  return first.map(({ atMs, value }, index) => ({
    atMs,
    value: more.reduce((sum, points) => sum + (points[index]?.value ?? 0), value ?? 0),
  }));
}
