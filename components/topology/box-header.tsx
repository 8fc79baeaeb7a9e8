"use client";
import { ChevronDown } from "lucide-react";
import type { NamespaceBox } from "#components/topology/display-graph.ts";
import { HealthMark } from "#components/ui/health-mark.tsx";

/** The name of a namespace at the corner of its box; closes the box. */
export function BoxHeader({
  box,
  id,
  onClose,
}: {
  readonly box: NamespaceBox;
  readonly id: string;
  readonly onClose: () => void;
}) {
  return (
    <button
      type="button"
      data-of={id}
      data-at="corner"
      data-testid="namespace-box"
      aria-label={`Close namespace ${box.namespace}, ${box.count} inside`}
      onClick={onClose}
      className="pointer-events-auto absolute top-0 left-0 flex h-5.5 items-center gap-1.5 whitespace-nowrap rounded-md px-1.5 font-medium text-muted text-xs hover:bg-active hover:text-ink group-data-[detail=none]/layer:opacity-0"
    >
      <ChevronDown aria-hidden className="size-3.5" />
      {box.namespace}
      <HealthMark health={box.health} />
    </button>
  );
}
