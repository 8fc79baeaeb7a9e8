"use client";
import { type KeyboardEvent, useRef } from "react";
import { formatMillis } from "#components/format/format-millis.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import type { WaterfallRow } from "#components/traces/build-waterfall.ts";
import { WATERFALL_GRID } from "#components/traces/waterfall-grid.ts";
import { WaterfallLine } from "#components/traces/waterfall-line.tsx";

export interface WaterfallProps {
  readonly rows: readonly WaterfallRow[];
  readonly lengthMs: number;
  readonly colors: ServiceColors;
  readonly selectedId: string | null;
  readonly onSelect: (spanId: string) => void;
  readonly onToggle: (spanId: string, isCollapsed: boolean) => void;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;
/** Spans as a tree on a time line. Up and Down go from span to span, Left and Right close and open, Enter shows the details. */
export function Waterfall({ rows, lengthMs, colors, selectedId, onSelect, onToggle }: WaterfallProps) {
  const tree = useRef<HTMLDivElement>(null);
  const focusable = rows.some(({ span }) => span.spanId === selectedId) ? selectedId : rows[0]?.span.spanId;
  const focusRow = (index: number) => tree.current?.querySelectorAll<HTMLElement>("[role=treeitem]")[index]?.focus();
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    const { spanId } = row.span;
    switch (event.key) {
      case "ArrowDown":
        focusRow(Math.min(index + 1, rows.length - 1));
        break;
      case "ArrowUp":
        focusRow(Math.max(index - 1, 0));
        break;
      case "Home":
        focusRow(0);
        break;
      case "End":
        focusRow(rows.length - 1);
        break;
      case "ArrowRight":
        if (row.isCollapsed) onToggle(spanId, false);
        else if (row.hasChildren) focusRow(index + 1);
        break;
      case "ArrowLeft":
        if (row.hasChildren && !row.isCollapsed) onToggle(spanId, true);
        else focusRow(rows.slice(0, index).findLastIndex(({ depth }) => depth < row.depth));
        break;
      case "Enter":
      case " ":
        onSelect(spanId);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div className="overflow-x-auto">
      <div className="min-w-[34rem]">
        <div aria-hidden className={`${WATERFALL_GRID} border-line border-b text-2xs text-subtle`}>
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
        <div ref={tree} role="tree" aria-label="Spans by parent" data-testid="waterfall" className="py-1">
          {rows.map((row, index) => (
            <WaterfallLine
              key={row.span.spanId}
              row={row}
              colors={colors}
              isSelected={row.span.spanId === selectedId}
              isFocusable={row.span.spanId === focusable}
              onSelect={() => onSelect(row.span.spanId)}
              onToggle={() => onToggle(row.span.spanId, !row.isCollapsed)}
              onKeyDown={(event) => onKeyDown(event, index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
