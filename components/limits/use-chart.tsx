import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import { refusedSeries } from "#components/limits/refused-series.ts";
import { Card } from "#components/ui/card.tsx";
import type { UsedLimit } from "#core/view/limit-use.ts";

/** Of one limit: what came where it stands, and what each of its rules refused of that. */
export function UseChart({ limit }: { readonly limit: UsedLimit }) {
  const came = { key: "came", label: "Came there", color: "idle", points: limit.arrivedPerSecond };
  const refused = refusedSeries([limit]).map((line) => ({
    ...line,
    label: `Refused by ${line.label.split(", ").at(-1)}`,
  }));
  return (
    <Card
      title="Requests per second"
      description="that came where it stands, and that its rules refused"
      testId="use-chart"
    >
      <TimeChart label="Requests per second at the limit" series={[came, ...refused]} format={formatRate} />
    </Card>
  );
}
