import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import { refusedSeries } from "#components/limits/refused-series.ts";
import { Card } from "#components/ui/card.tsx";
import type { UsedLimit } from "#core/view/limit-use.ts";

/** Refused requests over time, by rule. */
export function RefusedChart({ limits }: { readonly limits: readonly UsedLimit[] }) {
  const series = refusedSeries(limits);
  return (
    <Card title="Refused per second" description="by rule" testId="refused-chart">
      {series.length === 0 ? (
        <p className="flex h-24 items-center justify-center text-sm text-subtle">Nobody was refused in this range</p>
      ) : (
        <TimeChart label="Refused requests per second by rule" series={series} kind="stack" format={formatRate} />
      )}
    </Card>
  );
}
