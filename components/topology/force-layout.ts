import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import type { LayoutEdge, LayoutNode, Positions } from "#components/topology/layout-graph.ts";

let isRegistered = false;

/** fcose with the groups as boxes, without drawing anything: for graphs too large to read in layers. Slow, so call it in a worker. */
export function forceLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Positions {
  if (!isRegistered) {
    cytoscape.use(fcose);
    isRegistered = true;
  }
  const groups = [...new Set(nodes.map(({ group }) => group))];
  const cy = cytoscape({
    headless: true,
    styleEnabled: true,
    style: [{ selector: "node[width]", style: { width: "data(width)", height: "data(height)" } }],
    elements: [
      ...groups.map((group) => ({ data: { id: `group:${group}` } })),
      ...nodes.map(({ id, group, width, height }) => ({ data: { id, parent: `group:${group}`, width, height } })),
      ...edges.map(({ source, target }, index) => ({ data: { id: `edge:${index}`, source, target } })),
    ],
  });
  cy.layout({
    name: "fcose",
    animate: false,
    randomize: true,
    quality: nodes.length > 400 ? "draft" : "default",
    nodeSeparation: 90,
    idealEdgeLength: 160,
    nodeRepulsion: 9000,
    tilingPaddingVertical: 24,
    tilingPaddingHorizontal: 24,
  } as cytoscape.LayoutOptions).run();
  const positions = new Map(nodes.map(({ id }) => [id, { ...cy.getElementById(id).position() }]));
  cy.destroy();
  return positions;
}
