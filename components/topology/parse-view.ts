import type { GraphView } from "#core/graph/graph.ts";

export const GRAPH_VIEWS = ["versioned-app", "app", "service", "workload"] as const satisfies readonly GraphView[];

/** Anything but a known view is the versioned apps. */
export function parseView(text: string | null | undefined): GraphView {
  return GRAPH_VIEWS.find((view) => view === text) ?? "versioned-app";
}
