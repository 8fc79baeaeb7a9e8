"use client";
import { ChevronDown, ChevronRight, ClockAlert, OctagonX, Unlink } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, memo } from "react";
import { formatMillis } from "#components/format/format-millis.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import type { WaterfallRow } from "#components/traces/build-waterfall.ts";
import { ServiceDot } from "#components/traces/service-dot.tsx";
import { WATERFALL_GRID } from "#components/traces/waterfall-grid.ts";
import { cx } from "#components/ui/cx.ts";
import { spanTitle } from "#core/telemetry/span-title.ts";

export interface WaterfallLineProps {
  readonly row: WaterfallRow;
  readonly colors: ServiceColors;
  readonly isSelected: boolean;
  /** One line of the tree is in the tab order; arrow keys reach the rest. */
  readonly isFocusable: boolean;
  /** Its place among the lines that are shown. */
  readonly index: number;
  readonly topPx: number;
  /** Parts of the bar in which the whole waits for this span, 0 to 1. */
  readonly critical: readonly CriticalPart[];
  readonly onSelect: (spanId: string) => void;
  readonly onToggle: (spanId: string, isCollapsed: boolean) => void;
  readonly onKeyDown: (event: KeyboardEvent, index: number) => void;
}

export interface CriticalPart {
  readonly offset: number;
  readonly width: number;
}

export const LINE_PX = 32;
const INDENT_PX = 14;
/** Deeper ones stand below each other: a chain of a thousand calls would leave no room for names. */
const INDENTS_MAX = 14;

/** One of thousands, of which those in sight are drawn: it is drawn anew only where its own line changes. */
export const WaterfallLine = memo(function WaterfallLine({
  row,
  colors,
  isSelected,
  isFocusable,
  index,
  topPx,
  critical,
  onSelect,
  onToggle,
  onKeyDown,
}: WaterfallLineProps) {
  const { span, depth, hasChildren, isCollapsed, descendants } = row;
  const hasError = row.isFailed || (isCollapsed && row.hasErrorInside);
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isSelected}
      aria-expanded={hasChildren ? !isCollapsed : undefined}
      aria-label={describeSpan(row)}
      tabIndex={isFocusable ? 0 : -1}
      data-testid="span"
      data-index={index}
      onClick={() => onSelect(span.spanId)}
      onKeyDown={(event) => onKeyDown(event, index)}
      style={{ transform: `translateY(${topPx}px)` } satisfies CSSProperties}
      className={cx(
        WATERFALL_GRID,
        "absolute inset-x-0 top-0 h-8 contain-strict items-center outline-none hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2",
        isSelected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <span
        className="flex min-w-0 items-center gap-1.5 pr-3 pl-2"
        style={{ paddingLeft: `${8 + Math.min(depth, INDENTS_MAX) * INDENT_PX}px` }}
      >
        <span
          aria-hidden
          className="flex size-4 shrink-0 items-center justify-center rounded-sm text-subtle hover:bg-active"
          onClick={(event) => {
            if (!hasChildren) return;
            event.stopPropagation();
            onToggle(span.spanId, !isCollapsed);
          }}
        >
          {hasChildren ? (
            isCollapsed ? (
              <ChevronRight className="size-3.5" />
            ) : (
              <ChevronDown className="size-3.5" />
            )
          ) : null}
        </span>
        <ServiceDot service={span.service} colors={colors} />
        <span className="truncate font-medium text-ink">{span.service.split(".")[0]}</span>
        <span className="truncate text-muted text-xs">{spanTitle(span)}</span>
        {isCollapsed ? (
          <span className="tabular shrink-0 rounded-sm bg-active px-1 text-2xs text-muted">+{descendants}</span>
        ) : null}
        {row.isOrphan ? (
          <span title="Its caller's span was not reported" className="shrink-0">
            <Unlink aria-hidden className="size-3 text-subtle" />
          </span>
        ) : null}
        {row.skewMs > 0 ? (
          <span title={skewText(row.skewMs)} className="shrink-0">
            <ClockAlert aria-hidden className="size-3 text-warn" />
          </span>
        ) : null}
        {hasError ? <OctagonX aria-hidden className="size-3.5 shrink-0 text-bad" /> : null}
      </span>
      <Bar row={row} color={`var(--${colors.get(span.service) ?? "idle"})`} hasError={hasError} critical={critical} />
      <span className="tabular whitespace-nowrap pr-4 text-right text-muted text-xs">
        {formatMillis(span.durationMs)}
      </span>
    </div>
  );
});

/** The span on the time line, and in it where the whole waits for it. */
function Bar({
  row,
  color,
  hasError,
  critical,
}: {
  readonly row: WaterfallRow;
  readonly color: string;
  readonly hasError: boolean;
  readonly critical: readonly CriticalPart[];
}) {
  return (
    <span className="relative h-full border-line border-l bg-[linear-gradient(to_right,var(--line)_1px,transparent_1px)] bg-[length:25%_100%]">
      <span
        className={cx("absolute top-2 h-4 min-w-0.5 rounded-sm", hasError && "outline-2 outline-bad outline-offset-1")}
        style={{ left: `${row.offset * 100}%`, width: `${row.width * 100}%`, background: color }}
      />
      {critical.map(({ offset, width }) => (
        <span
          key={offset}
          data-testid="critical"
          className="absolute top-4.5 h-1 min-w-px bg-ink"
          style={{ left: `${offset * 100}%`, width: `${width * 100}%` }}
        />
      ))}
    </span>
  );
}

function skewText(skewMs: number): string {
  return `Seems to begin ${formatMillis(skewMs)} before its caller: the clocks of their hosts differ`;
}

function describeSpan({ span, descendants, isOrphan, isFailed, skewMs }: WaterfallRow): string {
  return [
    `${span.service} ${spanTitle(span)}, ${formatMillis(span.durationMs)}`,
    isFailed ? "error" : "",
    descendants > 0 ? `${descendants} spans inside` : "",
    isOrphan ? "its parent was not reported" : "",
    skewMs > 0 ? skewText(skewMs) : "",
  ]
    .filter(Boolean)
    .join(", ");
}
