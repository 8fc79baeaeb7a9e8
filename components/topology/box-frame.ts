import type { NodeSingular } from "cytoscape";
import type { Frame } from "#components/topology/lane-grid.ts";
import type { Obstacle } from "#components/topology/route-edge.ts";

/** At the corner of a box, as the overlay draws it: its place, height, and width beside its name. */
const HEADER = { left: 10, top: 6, height: 24, rest: 52, letter: 6.6 } as const;

/** The frame around the cards of an open namespace. */
export function frameOf(box: NodeSingular): Frame {
  const { x1, x2, y1, y2 } = box.boundingBox({ includeLabels: false, includeOverlays: false });
  return { id: box.id(), left: x1, right: x2, top: y1, bottom: y2 };
}

/** Its name, which neither an edge nor a figure may cover. */
export function headerOf({ id, left, top }: Frame): Obstacle {
  const width = HEADER.rest + HEADER.letter * (id.length - "box:".length);
  const at = { left: left + HEADER.left, top: top + HEADER.top };
  return { ...at, right: at.left + width, bottom: at.top + HEADER.height };
}

/** A card by its edges. */
export function cardOf(node: NodeSingular): Obstacle {
  const { x, y } = node.position();
  const [width, height] = [node.width(), node.height()];
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}
