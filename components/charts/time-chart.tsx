"use client";
import { useRouter } from "next/navigation";
import type { Key } from "react";
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { beforeHref } from "#components/changes/before-href.ts";
import {
  buildRows,
  type ChartRow,
  describeSeries,
  hasFigures,
  hideZeroRuns,
  isLone,
  type Series,
} from "#components/charts/build-series.ts";
import { ChartTooltip } from "#components/charts/chart-tooltip.tsx";
import { MarkLinks } from "#components/charts/mark-links.tsx";
import { niceTicks } from "#components/charts/nice-ticks.ts";
import { useChangeMarks } from "#components/charts/use-change-marks.ts";
import { formatClock } from "#components/format/format-clock.ts";
import { cx } from "#components/ui/cx.ts";
import type { ChangeMark } from "#core/traffic/revision-effect.ts";

export interface TimeChartProps {
  /** What the chart shows: "Requests per second". */
  readonly label: string;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** "stack" adds the series up; "line" draws them over each other. */
  readonly kind?: "line" | "stack";
  /** Charts with the same id show the same moment under the pointer. */
  readonly syncId?: string;
  /** The figures cannot be above it: 100 for percent. */
  readonly max?: number;
  readonly className?: string;
  /** Without axes and legend, for narrow panels. */
  readonly isCompact?: boolean;
  /** The service that it is of: of what changed, what bears on it is told first. */
  readonly host?: string | undefined;
}

const AXIS = { fontSize: 11, fill: "var(--subtle)" } as const;

/** Figures over time. A gap in the record is a gap in the line, each revision a mark; a click on a moment tells what changed before it. */
export function TimeChart({
  label,
  series,
  format,
  kind = "line",
  syncId,
  max,
  className,
  isCompact = false,
  host,
}: TimeChartProps) {
  const router = useRouter();
  const rows = buildRows(series);
  const [firstMs = 0, secondMs = firstMs] = rows.map(({ atMs }) => atMs);
  const lastMs = rows.at(-1)?.atMs ?? 0;
  // A point stands for the time up to the next.
  const marks = useChangeMarks(firstMs, lastMs + secondMs - firstMs);
  if (!hasFigures(series))
    return (
      <p className={cx("flex items-center justify-center text-sm text-subtle", className ?? "h-40")}>
        Nothing recorded in this range
      </p>
    );
  const ticks = niceTicks(Math.max(...rows.map((row) => heightOf(row, series, kind))), max, format);
  const spanMs = lastMs - firstMs;
  const isBare = isCompact && series.length === 1;
  return (
    <figure className="min-w-0">
      {isBare && marks.length === 0 ? null : <Legend series={isBare ? [] : series} marks={marks} />}
      <div
        role="img"
        aria-label={`${label}. ${describeSeries(series, format)}`}
        title="A click on a moment tells what changed before it"
        className={cx("overflow-hidden", className ?? "h-40")}
      >
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 400, height: 160 }}>
          <ComposedChart
            data={kind === "stack" ? hideZeroRuns(rows, series) : rows}
            {...(syncId === undefined ? {} : { syncId })}
            margin={{ top: 6, right: 4, bottom: 0, left: 0 }}
            accessibilityLayer={false}
            className="cursor-pointer"
            onClick={({ activeLabel }) => {
              const atMs = Number(activeLabel);
              if (atMs > 0) router.push(beforeHref({ atMs: atMs + secondMs - firstMs, host: host ?? null }));
            }}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="atMs"
              type="number"
              domain={["dataMin", "dataMax"]}
              tick={AXIS}
              tickLine={false}
              axisLine={false}
              minTickGap={56}
              tickMargin={6}
              tickFormatter={(ms: number) => formatClock(ms, { seconds: spanMs < 300_000 })}
            />
            <YAxis
              tick={AXIS}
              tickLine={false}
              axisLine={false}
              width={52}
              ticks={ticks}
              domain={[0, ticks.at(-1) ?? 1]}
              tickFormatter={(value: number) => format(value)}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: "var(--line-strong)" }}
              content={(props) => (
                <ChartTooltip
                  series={series}
                  format={format}
                  atMs={props.label}
                  payload={props.payload}
                  isActive={props.active === true}
                  marks={marks}
                  stepMs={secondMs - firstMs}
                />
              )}
            />
            {marks.map(({ revision, atMs }) => (
              <ReferenceLine
                key={revision}
                x={Math.min(atMs, lastMs)}
                stroke="var(--accent)"
                strokeDasharray="2 3"
                className="change-mark"
              />
            ))}
            {series.map(({ key, color }) =>
              kind === "stack" ? (
                <Area
                  key={key}
                  dataKey={key}
                  stackId="1"
                  type="linear"
                  stroke={`var(--${color})`}
                  fill={`var(--${color})`}
                  fillOpacity={0.16}
                  dot={(dot: DotProps) => <LoneDot {...dot} rows={rows} series={key} color={color} key={dot.key} />}
                  strokeWidth={1.5}
                  isAnimationActive={false}
                  activeDot={{ r: 3, strokeWidth: 0 }}
                />
              ) : (
                <Line
                  key={key}
                  dataKey={key}
                  type="linear"
                  stroke={`var(--${color})`}
                  strokeWidth={1.5}
                  dot={(dot: DotProps) => <LoneDot {...dot} rows={rows} series={key} color={color} key={dot.key} />}
                  isAnimationActive={false}
                  activeDot={{ r: 3, strokeWidth: 0 }}
                />
              ),
            )}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

/** What Recharts says of a point. */
interface DotProps {
  readonly key?: Key | null | undefined;
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
  readonly index?: number | undefined;
}

/** A figure without neighbours in time has no line to be seen by: it is a dot. */
function LoneDot({
  cx: x,
  cy: y,
  index,
  rows,
  series,
  color,
}: DotProps & { readonly rows: readonly ChartRow[]; readonly series: string; readonly color: string }) {
  if (x === undefined || y === undefined || index === undefined || !isLone(rows, index, series)) return <g />;
  return <circle data-testid="lone-dot" cx={x} cy={y} r={2} fill={`var(--${color})`} />;
}

/** The highest point that is drawn at one time. */
function heightOf(row: ChartRow, series: readonly Series[], kind: "line" | "stack"): number {
  const values = series.map(({ key }) => row[key] ?? 0);
  return kind === "stack" ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
}

function Legend({ series, marks }: { readonly series: readonly Series[]; readonly marks: readonly ChangeMark[] }) {
  return (
    <figcaption className="mb-1 flex flex-wrap gap-x-3 gap-y-0.5 text-muted text-xs">
      {series.map(({ key, label, color }) => (
        <span key={key} className="inline-flex items-center gap-1.5">
          <span aria-hidden className="h-0.5 w-3 rounded-full" style={{ background: `var(--${color})` }} />
          {label}
        </span>
      ))}
      <MarkLinks marks={marks} />
    </figcaption>
  );
}
