"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useRef } from "react";
import { formatMillis } from "#components/format/format-millis.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import type { WaterfallRow } from "#components/traces/build-waterfall.ts";
import { nextLine } from "#components/traces/next-line.ts";
import { WATERFALL_GRID } from "#components/traces/waterfall-grid.ts";
import { type CriticalPart, LINE_PX, WaterfallLine } from "#components/traces/waterfall-line.tsx";

export interface WaterfallProps {
  readonly rows: readonly WaterfallRow[];
  readonly lengthMs: number;
  readonly colors: ServiceColors;
  readonly selectedId: string | null;
  /** By the place in the tree; empty where it is not shown. */
  readonly critical: ReadonlyMap<number, readonly CriticalPart[]>;
  readonly onSelect: (spanId: string) => void;
  readonly onToggle: (spanId: string, isCollapsed: boolean) => void;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;
/** Drawn above and below what is in sight, so that scrolling shows no gaps. */
const OVERSCAN = 12;
/** Before the browser has measured: what the server draws. */
const FIRST_RECT = { width: 1200, height: 40 * LINE_PX };
const NONE: readonly CriticalPart[] = [];

/** Spans as a tree on a time line, of which the lines in sight are drawn. Up and Down go from span to span, Left and Right close and open, Enter shows the details. */
export function Waterfall({ rows, lengthMs, colors, selectedId, critical, onSelect, onToggle }: WaterfallProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const selectedAt = rows.findIndex(({ span }) => span.spanId === selectedId);
  const focusableAt = Math.max(0, selectedAt);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: OVERSCAN,
    initialRect: FIRST_RECT,
    // What scrolls in is drawn with the frame, not in the middle of the event.
    useFlushSync: false,
  });
  const wanted = useRef<number | null>(null);
  const focusWanted = useCallback(() => {
    if (wanted.current === null) return;
    const line = scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (line === null || line === undefined) return;
    wanted.current = null;
    line.focus({ preventScroll: true });
  }, []);
  // A line that was far off is there once it was scrolled to.
  useEffect(focusWanted);
  const focusLine = useCallback(
    (index: number) => {
      wanted.current = index;
      lines.scrollToIndex(index);
      focusWanted();
    },
    [lines, focusWanted],
  );
  const onKeyDown = useCallback(
    (event: KeyboardEvent, index: number) => {
      const step = nextLine(rows, index, event.key);
      if (step === undefined) return;
      event.preventDefault();
      if (step.kind === "focus") focusLine(step.index);
      else if (step.kind === "toggle") onToggle(step.spanId, step.isCollapsed);
      else onSelect(step.spanId);
    },
    [rows, focusLine, onToggle, onSelect],
  );
  return (
    <div
      ref={scroller}
      className="max-h-[calc(100dvh-10rem)] min-h-20 overflow-auto [overflow-anchor:none]"
      data-testid="waterfall-scroller"
    >
      <div className="min-w-[34rem]">
        <div
          aria-hidden
          className={`${WATERFALL_GRID} sticky top-0 z-2 border-line border-b bg-surface text-2xs text-subtle`}
        >
          <span className="px-4 py-1.5">Service and operation</span>
          <span className="tabular relative h-7">
            {TICKS.map((tick) => (
              <span
                key={tick}
                className="absolute top-1.5"
                style={tick === 1 ? { right: 0 } : { left: `${tick * 100}%` }}
              >
                {formatMillis(lengthMs * tick)}
              </span>
            ))}
          </span>
          <span className="py-1.5 pr-4 text-right">Duration</span>
        </div>
        <div
          role="tree"
          aria-label="Spans by parent"
          data-testid="waterfall"
          className="relative my-1"
          style={{ height: `${lines.getTotalSize()}px` }}
        >
          {lines.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <WaterfallLine
                key={row.key}
                row={row}
                index={index}
                topPx={start}
                colors={colors}
                critical={critical.get(row.key) ?? NONE}
                isSelected={index === selectedAt}
                isFocusable={index === focusableAt}
                onSelect={onSelect}
                onToggle={onToggle}
                onKeyDown={onKeyDown}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
