"use client";
import { ChevronDown } from "lucide-react";
import { cx } from "#components/ui/cx.ts";
import { HealthMark } from "#components/ui/health-mark.tsx";
import type { NamespaceBox } from "#core/graph/display-graph.ts";

export interface BoxHeaderProps {
  readonly box: NamespaceBox;
  readonly id: string;
  readonly isSelected: boolean;
  readonly onClose: () => void;
  readonly onSelect: () => void;
}

/** The name of a namespace at the corner of its box: tells of it, and closes the box. */
export function BoxHeader({ box, id, isSelected, onClose, onSelect }: BoxHeaderProps) {
  return (
    <div
      data-of={id}
      data-at="corner"
      data-testid="namespace-box"
      className="pointer-events-auto absolute top-0 left-0 flex h-6 items-center whitespace-nowrap text-muted text-xs group-data-[detail=none]/layer:opacity-0"
    >
      <button
        type="button"
        aria-label={`Close namespace ${box.namespace}, ${box.count} inside`}
        title="Close up"
        onClick={onClose}
        className="flex size-6 items-center justify-center rounded-md hover:bg-active hover:text-ink"
      >
        <ChevronDown aria-hidden className="size-3.5" />
      </button>
      <button
        type="button"
        aria-label={`Namespace ${box.namespace}`}
        aria-pressed={isSelected}
        onClick={onSelect}
        className={cx(
          "flex h-full items-center gap-1.5 rounded-md px-1 font-medium hover:bg-active hover:text-ink",
          isSelected && "text-accent-text",
        )}
      >
        {box.namespace}
        <HealthMark health={box.health} />
      </button>
    </div>
  );
}
