import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import { outcomeSeries } from "#components/limits/outcome-series.ts";
import { Card } from "#components/ui/card.tsx";
import type { UsedLimit } from "#core/view/limit-use.ts";

const CHARTS = [
  { outcome: "admitted", title: "Admitted per second", none: "No rule counted a request in this range" },
  { outcome: "tried", title: "Would be refused per second", none: "Nobody would have been refused in this range" },
  { outcome: "refused", title: "Refused per second", none: "Nobody was refused in this range" },
] as const;

/** Requests over time by rule: admitted, such that would have been refused where something is only tried, and refused. */
export function OutcomeCharts({ limits }: { readonly limits: readonly UsedLimit[] }) {
  const shown = CHARTS.map((chart) => ({ ...chart, series: outcomeSeries(limits, chart.outcome) })).filter(
    ({ outcome, series }) => outcome !== "tried" || series.length > 0,
  );
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {shown.map(({ outcome, title, none, series }) => (
        <Card key={outcome} title={title} description="by rule" testId={`${outcome}-chart`}>
          {series.length === 0 ? (
            <p className="flex h-24 items-center justify-center text-sm text-subtle">{none}</p>
          ) : (
            // One request may be admitted by several rules, and is refused by one.
            <TimeChart
              label={`${title} by rule`}
              series={series}
              {...(outcome === "admitted" ? {} : { kind: "stack" })}
              format={formatRate}
            />
          )}
        </Card>
      ))}
    </div>
  );
}
