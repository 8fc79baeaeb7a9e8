import type { ServiceColors } from "#components/traces/assign-colors.ts";
import type { CriticalStep } from "#core/telemetry/critical-path.ts";
import type { SpanNode } from "#core/telemetry/span-tree.ts";

/** What the views of a trace draw. */
export interface ViewedTrace {
  readonly nodes: readonly SpanNode[];
  readonly colors: ServiceColors;
  readonly extent: { readonly startMs: number; readonly lengthMs: number };
  readonly steps: readonly CriticalStep[];
  readonly selectedId: string | null;
  readonly onSelect: (spanId: string) => void;
}
