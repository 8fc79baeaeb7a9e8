import { CircleCheck, CircleDashed, CircleHelp, OctagonX, TriangleAlert } from "lucide-react";
import type { ComponentType } from "react";
import { cx } from "#components/ui/cx.ts";
import type { Health, HealthStatus } from "#core/graph/graph.ts";

interface Look {
  readonly word: string;
  readonly icon: ComponentType<{ className?: string; "aria-hidden"?: boolean }>;
  readonly mark: string;
  readonly text: string;
}

/** Shape and word carry the state; colour repeats it. */
export const HEALTH_LOOK: Readonly<Record<HealthStatus, Look>> = {
  healthy: { word: "Healthy", icon: CircleCheck, mark: "text-ok", text: "text-ok-text" },
  degraded: { word: "Degraded", icon: TriangleAlert, mark: "text-warn", text: "text-warn-text" },
  failure: { word: "Failing", icon: OctagonX, mark: "text-bad", text: "text-bad-text" },
  idle: { word: "Idle", icon: CircleDashed, mark: "text-idle", text: "text-idle-text" },
  unknown: { word: "No data", icon: CircleHelp, mark: "text-idle", text: "text-idle-text" },
};

export interface HealthMarkProps {
  readonly health: Health;
  /** Shows the word beside the mark; without it the word is for screen readers. */
  readonly withWord?: boolean;
  readonly className?: string;
}

/** Health as icon and word, with the figure that decided; its whole reason is the tooltip. */
export function HealthMark({ health, withWord = false, className }: HealthMarkProps) {
  const look = HEALTH_LOOK[health.status];
  const Icon = look.icon;
  return (
    <span
      title={health.reason}
      className={cx(
        "inline-flex gap-x-1.5",
        withWord ? "flex-wrap items-baseline" : "items-center align-middle",
        className,
      )}
    >
      <span className={cx("inline-flex gap-1.5 whitespace-nowrap", withWord ? "items-baseline" : "items-center")}>
        <Icon aria-hidden className={cx("size-3.5 shrink-0 self-center", look.mark)} />
        <span className={withWord ? cx("font-medium text-sm tracking-normal", look.text) : "sr-only"}>{look.word}</span>
      </span>
      {withWord && health.cause !== undefined ? (
        <span data-testid="health-cause" className="font-normal text-2xs text-muted tracking-normal">
          {keepUnits(health.cause)}
        </span>
      ) : null}
    </span>
  );
}

/** A figure and its unit are one word: "4xx 25 % ≥ 20 %" breaks before the sign, never before a "%". */
function keepUnits(cause: string): string {
  return cause.replaceAll(" %", "\u00a0%").replaceAll("≥ ", "≥\u00a0");
}
