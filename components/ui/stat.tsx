import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

export interface StatProps {
  readonly label: ReactNode;
  readonly value: ReactNode;
  readonly unit?: string;
  /** What the figure means or how it came. */
  readonly note?: ReactNode;
  readonly tone?: "plain" | "warn" | "bad";
  readonly testId?: string;
}

/** One figure with its name. */
export function Stat({ label, value, unit, note, tone = "plain", testId }: StatProps) {
  return (
    <div className="min-w-0" data-testid={testId}>
      <div className="truncate text-subtle text-xs">{label}</div>
      <div
        className={cx(
          "tabular mt-0.5 font-semibold text-2xl tracking-[-0.02em]",
          tone === "bad" ? "text-bad-text" : tone === "warn" ? "text-warn-text" : "text-ink",
        )}
      >
        {value}
        {unit === undefined ? null : (
          <span className="ml-1 font-normal text-sm text-subtle tracking-normal">{unit}</span>
        )}
      </div>
      {note === undefined ? null : <div className="mt-0.5 text-muted text-xs">{note}</div>}
    </div>
  );
}
