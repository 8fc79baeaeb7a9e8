import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import { COLORS, outcomeSeries } from "#components/limits/outcome-series.ts";
import { Card } from "#components/ui/card.tsx";
import type { UsedLimit } from "#core/view/limit-use.ts";

/** Of one limit: what came where it stands, and what each of its rules let through and refused of that. */
export function UseChart({ limit }: { readonly limit: UsedLimit }) {
  const came = { key: "came", label: "Came there", color: "idle", points: limit.arrivedPerSecond };
  const told = (
    [
      ["admitted", "Admitted"],
      ["tried", "Would be refused"],
      ["refused", "Refused"],
    ] as const
  ).flatMap(([outcome, word]) =>
    outcomeSeries([limit], outcome).map((line) => ({
      ...line,
      key: `${outcome}-${line.key}`,
      label: limit.rules.length === 1 ? word : `${word} by ${line.label.split(", ").at(-1)}`,
    })),
  );
  const lines = told.map((line, index) => ({ ...line, color: COLORS[index % COLORS.length] ?? "idle" }));
  return (
    <Card
      title="Requests per second"
      description="that came where it stands, and what its rules said of them"
      testId="use-chart"
    >
      <TimeChart label="Requests per second at the limit" series={[came, ...lines]} format={formatRate} />
    </Card>
  );
}
