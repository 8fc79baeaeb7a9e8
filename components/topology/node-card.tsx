"use client";
import { Box, Boxes, CircleHelp, DoorOpen, Layers, type LucideIcon, Plus, Server } from "lucide-react";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { nodeSize } from "#components/topology/node-size.ts";
import { CutMiddle } from "#components/ui/cut-middle.tsx";
import { cx } from "#components/ui/cx.ts";
import { HEALTH_LOOK } from "#components/ui/health-mark.tsx";
import type { DisplayNode } from "#core/graph/display-graph.ts";
import type { HealthStatus } from "#core/graph/graph.ts";

export const KIND_LOOK: Readonly<Record<DisplayNode["kind"], { readonly word: string; readonly icon: LucideIcon }>> = {
  service: { word: "Service", icon: Boxes },
  workload: { word: "Workload", icon: Server },
  app: { word: "App", icon: Box },
  gateway: { word: "Gateway", icon: DoorOpen },
  unknown: { word: "Unknown", icon: CircleHelp },
  namespace: { word: "Namespace", icon: Layers },
};

const BORDER: Readonly<Record<HealthStatus, string>> = {
  healthy: "border-line-strong",
  degraded: "border-dashed border-warn",
  failure: "border-bad ring-1 ring-bad",
  idle: "border-dotted border-idle",
  unknown: "border-dotted border-idle",
};

export interface NodeCardProps {
  readonly node: DisplayNode;
  readonly isSelected: boolean;
  readonly isDim: boolean;
  readonly isFocusable: boolean;
  readonly onSelect: () => void;
  /** For a closed namespace. */
  readonly onOpen: (() => void) | null;
}

export function NodeCard({ node, isSelected, isDim, isFocusable, onSelect, onOpen }: NodeCardProps) {
  const { icon: Kind, word } = KIND_LOOK[node.kind];
  const { icon: Mark, mark } = HEALTH_LOOK[node.health.status];
  const figures = figuresOf(node);
  return (
    <div
      data-of={node.id}
      className={cx("absolute top-0 left-0 transition-opacity group-data-[detail=none]/layer:opacity-0")}
      style={nodeSize(node)}
    >
      <button
        type="button"
        data-node={node.id}
        data-testid="graph-node"
        tabIndex={isFocusable ? 0 : -1}
        aria-pressed={isSelected}
        aria-label={`${word} ${node.name}${node.version === null ? "" : ` ${node.version}`}, namespace ${node.namespace}, ${HEALTH_LOOK[node.health.status].word.toLowerCase()}, ${figures}`}
        onClick={onSelect}
        className={cx(
          "flex size-full items-center gap-2 rounded-lg border px-2.5 text-left transition-colors",
          isSelected ? "border-accent ring-2 ring-accent" : isDim ? "border-line" : BORDER[node.health.status],
          // Dimmed by losing shade and ink, not by opacity: it must stay readable.
          isDim ? "bg-canvas shadow-none" : "bg-surface shadow-[0_1px_3px_rgb(0_0_0/0.08)]",
          node.kind === "namespace" && "shadow-[3px_3px_0_-1px_var(--surface),3px_3px_0_0_var(--line-strong)]",
        )}
      >
        <Kind aria-hidden className="size-4 shrink-0 text-subtle" />
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-1.5 leading-4.5">
            <CutMiddle text={node.name} className={cx("font-medium text-sm", isDim ? "text-subtle" : "text-ink")} />
            {node.version === null ? null : (
              <span className="shrink-0 rounded-sm bg-active px-1 font-medium text-2xs text-muted leading-4">
                {node.version}
              </span>
            )}
          </span>
          <span className="tabular block truncate text-2xs text-subtle leading-3.5">{figures}</span>
        </span>
        <Mark aria-hidden className={cx("size-3.5 shrink-0", isDim ? "text-idle" : mark, onOpen !== null && "mr-4")} />
      </button>
      {onOpen === null ? null : (
        <button
          type="button"
          aria-label={`Open namespace ${node.name}`}
          onClick={onOpen}
          className="pointer-events-auto absolute top-1/2 right-1.5 flex size-6 -translate-y-1/2 items-center justify-center rounded-sm text-subtle hover:bg-hover hover:text-ink"
        >
          <Plus aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}

function figuresOf(node: DisplayNode): string {
  const isSource = node.isRoot && node.requestsPerSecondIn === 0;
  const rate = isSource ? node.requestsPerSecondOut : node.requestsPerSecondIn;
  const size = node.kind === "namespace" ? `${node.members.length} inside, ` : "";
  if (rate === 0) return `${size}no traffic`;
  const errors = node.errorPercentIn > 0 ? ` · ${formatPercent(node.errorPercentIn)} err` : "";
  return `${size}${formatRate(rate)}/s${isSource ? " out" : ""}${errors}`;
}
