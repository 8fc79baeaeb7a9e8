"use client";
import { TimeChart } from "#components/charts/time-chart.tsx";
import { formatRate } from "#components/format/format-rate.ts";
import { ledgerSeries } from "#components/limits/ledger-series.ts";
import { Card } from "#components/ui/card.tsx";
import { useNow } from "#components/ui/use-now.ts";
import type { ConsumerDetail } from "#core/view/limit.ts";

/** Of a quota's consumer: used and left over this period. */
export function UsedChart({ consumer }: { readonly consumer: ConsumerDetail }) {
  const nowMs = useNow(10_000);
  if (nowMs === null) return null;
  return (
    <Card
      title="Used and left over time"
      description="of this period, as far back as its ledger has single entries"
      testId="used-chart"
    >
      <TimeChart label="Used and left" series={ledgerSeries(consumer, nowMs)} format={formatRate} />
    </Card>
  );
}
