"use client";
import { ListTree } from "lucide-react";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { assignColors } from "#components/traces/assign-colors.ts";
import { buildTraceColumns } from "#components/traces/trace-columns.tsx";
import { tracesOfService } from "#components/traces/traces-of-service.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { TraceSummary } from "#core/telemetry/trace.ts";
import type { ServiceDetail } from "#core/view/service.ts";

const SHOWN = 8;

/** A service's last traces, in brief. */
export function RecentTracesCard({
  service,
  traces,
}: {
  readonly service: Pick<ServiceDetail, "host" | "name" | "namespace" | "instances">;
  readonly traces: readonly TraceSummary[];
}) {
  const range = useRange();
  const colors = assignColors(traces.flatMap((trace) => Object.keys(trace.services)));
  return (
    <Card
      title="Recent traces"
      isFlush
      actions={
        <ButtonLink size="sm" variant="ghost" className="-mr-2.5" href={withRange(tracesOfService(service), range)}>
          All traces
        </ButtonLink>
      }
    >
      <DataTable
        label="Recent traces"
        columns={buildTraceColumns(["operation", "duration", "start"], colors)}
        rows={traces}
        pageRows={SHOWN}
        rowKey={({ traceId }) => traceId}
        rowHref={({ traceId }) => withRange(`/traces/${traceId}`, range)}
        empty={
          <EmptyState icon={<ListTree />} title="No traces in this range">
            Proxies record a share of the requests; try a longer range.
          </EmptyState>
        }
      />
    </Card>
  );
}
