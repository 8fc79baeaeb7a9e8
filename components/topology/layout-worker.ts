import { forceLayout } from "#components/topology/force-layout.ts";
import type { LayoutEdge, LayoutNode, Point } from "#components/topology/layout-graph.ts";

export interface LayoutRequest {
  readonly id: number;
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
}

export interface LayoutReply {
  readonly id: number;
  readonly positions: readonly (readonly [string, Point])[];
}

// Five seconds for a thousand nodes: too long for the thread that people scroll on.
self.onmessage = (event: MessageEvent<LayoutRequest>) => {
  const { id, nodes, edges } = event.data;
  const reply: LayoutReply = { id, positions: [...forceLayout(nodes, edges)] };
  self.postMessage(reply);
};
