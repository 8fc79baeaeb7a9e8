import type { Series } from "#components/charts/build-series.ts";
import { formatClock } from "#components/format/format-clock.ts";
import type { ChangeMark } from "#core/traffic/revision-effect.ts";

export interface ChartTooltipProps {
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly isActive: boolean;
  readonly atMs: unknown;
  /** Revisions of the whole chart; those of the time up to the next point are told. */
  readonly marks: readonly ChangeMark[];
  readonly stepMs: number;
  readonly payload: readonly { readonly dataKey?: unknown; readonly value?: unknown }[] | undefined;
}

/** The figures of one moment. */
export function ChartTooltip({ series, format, isActive, atMs, payload, marks, stepMs }: ChartTooltipProps) {
  if (!isActive || typeof atMs !== "number" || payload === undefined) return null;
  return (
    <div className="rounded-md bg-raised px-2.5 py-1.5 text-xs shadow-raised">
      <div className="tabular mb-1 text-subtle">{formatClock(atMs)}</div>
      {series.map(({ key, label, color }) => {
        const value = payload.find(({ dataKey }) => dataKey === key)?.value;
        return (
          <div key={key} className="flex items-center gap-2">
            <span aria-hidden className="size-2 rounded-full" style={{ background: `var(--${color})` }} />
            <span className="text-muted">{label}</span>
            <span className="tabular ml-auto pl-4 font-medium text-ink">
              {typeof value === "number" ? format(value) : "no data"}
            </span>
          </div>
        );
      })}
      {marks
        .filter((mark) => mark.atMs >= atMs && mark.atMs < atMs + stepMs)
        .map(({ revision, reason }) => (
          <div key={revision} className="mt-1 max-w-64 truncate border-line border-t pt-1 text-accent-text">
            revision {revision}
            {reason === "" ? "" : `: ${reason}`}
          </div>
        ))}
    </div>
  );
}
