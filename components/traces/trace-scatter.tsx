"use client";
import {
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
  ZAxis,
} from "recharts";
import { niceTicks } from "#components/charts/nice-ticks.ts";
import { useChangeMarks } from "#components/charts/use-change-marks.ts";
import { formatClock } from "#components/format/format-clock.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import type { TraceSummary } from "#core/telemetry/trace.ts";

const AXIS = { fontSize: 11, fill: "var(--subtle)" } as const;

/** Traces by start and duration, size by spans; those with errors are diamonds. The table below says the same in words. */
export function TraceScatter({
  traces,
  onSelect,
}: {
  readonly traces: readonly TraceSummary[];
  readonly onSelect: (traceId: string) => void;
}) {
  const well = traces.filter(({ errorCount }) => errorCount === 0);
  const failed = traces.filter(({ errorCount }) => errorCount > 0);
  const ticks = niceTicks(Math.max(...traces.map(({ durationMs }) => durationMs), 0), undefined, formatMillis);
  const starts = traces.map(({ startMs }) => startMs);
  const marks = useChangeMarks(Math.min(...starts), Math.max(...starts));
  const select = (point: unknown) => {
    const traceId = (point as { traceId?: string }).traceId;
    if (traceId !== undefined) onSelect(traceId);
  };
  return (
    <div aria-hidden className="h-40 overflow-hidden">
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 800, height: 160 }}>
        <ScatterChart margin={{ top: 6, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="startMs"
            type="number"
            domain={["dataMin", "dataMax"]}
            tick={AXIS}
            tickLine={false}
            axisLine={false}
            minTickGap={64}
            tickMargin={6}
            tickFormatter={(ms: number) => formatClock(ms)}
          />
          <YAxis
            dataKey="durationMs"
            type="number"
            domain={[0, ticks.at(-1) ?? 1]}
            ticks={ticks}
            tick={AXIS}
            tickLine={false}
            axisLine={false}
            width={56}
            tickFormatter={(ms: number) => formatMillis(ms)}
          />
          <ZAxis dataKey="spanCount" range={[24, 120]} />
          <Tooltip
            isAnimationActive={false}
            cursor={false}
            content={({ active, payload }) => (
              <PointTooltip isActive={active === true} trace={payload?.[0]?.payload as TraceSummary | undefined} />
            )}
          />
          {marks.map(({ revision, atMs }) => (
            <ReferenceLine key={revision} x={atMs} stroke="var(--accent)" strokeDasharray="2 3" />
          ))}
          <Scatter
            data={well}
            fill="var(--series-1)"
            fillOpacity={0.55}
            isAnimationActive={false}
            onClick={(point) => select(point.payload)}
            className="cursor-pointer"
          />
          <Scatter
            data={failed}
            fill="var(--bad)"
            shape="diamond"
            isAnimationActive={false}
            onClick={(point) => select(point.payload)}
            className="cursor-pointer"
          />
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  );
}

function PointTooltip({ isActive, trace }: { readonly isActive: boolean; readonly trace: TraceSummary | undefined }) {
  if (!isActive || trace === undefined) return null;
  return (
    <div className="rounded-md bg-raised px-2.5 py-1.5 text-xs shadow-raised">
      <div className="font-medium text-ink">{trace.rootOperation}</div>
      <div className="text-muted">
        {formatMillis(trace.durationMs)} · {trace.spanCount} spans ·{" "}
        {trace.errorCount === 0 ? "no errors" : `${trace.errorCount} errors`}
      </div>
      <div className="tabular text-subtle">{formatClock(trace.startMs)}</div>
    </div>
  );
}
