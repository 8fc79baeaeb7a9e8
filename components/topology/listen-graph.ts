import type { Core } from "cytoscape";
import { selectionOf } from "#components/topology/build-elements.ts";
import { curveEdges, followDrag } from "#components/topology/curve-edges.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { leaveView } from "#components/topology/viewport.ts";

export interface GraphEvents {
  readonly onSelect: (id: string | null) => void;
  readonly onHover: (id: string | null) => void;
  readonly onMove: (id: string, point: Point) => void;
}

/** Tells what a person does with the drawing to whatever handlers were given last, and has the edges follow what is moved. */
export function listenGraph(cy: Core, handlers: { readonly current: GraphEvents }): void {
  cy.on("tap", (event) => handlers.current.onSelect(event.target === cy ? null : selectionOf(event.target.id())));
  cy.on("mouseover", "node[?isCard], edge", (event) => handlers.current.onHover(event.target.id()));
  cy.on("mouseout", "node[?isCard], edge", () => handlers.current.onHover(null));
  cy.on("scrollzoom pinchzoom dragpan", () => leaveView(cy));
  // Not `position`: a new arrangement tells it of each card while the rest still stands as before.
  cy.on("drag", "node", (event) => followDrag(cy, event.target.connectedEdges()));
  // Dragging a box moves what is in it.
  cy.on("dragfree", "node", (event) => {
    const moved = event.target.isParent() ? event.target.descendants() : event.target;
    for (const node of moved) handlers.current.onMove(node.id(), { ...node.position() });
    // What it stood in the way of goes straight again, and what it stands in the way of now goes around.
    curveEdges(cy);
  });
}
