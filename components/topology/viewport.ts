import type { CollectionReturnValue, Core, NodeCollection, NodeSingular } from "cytoscape";
import { boxId } from "#components/topology/build-elements.ts";
import { namespaceOfId } from "#core/graph/display-graph.ts";

const PADDING_PX = 44;
/** Where there is little room, as on a phone. */
const PADDING_SMALL_PX = 14;
/** A small graph is not blown up. */
const ZOOM_MAX = 1.1;
/** Smaller than this, text is hard to read. */
const ZOOM_READABLE = 0.85;
const MARGIN_PX = 24;
/** Cards are not made smaller than this while they are few: empty boxes tell nothing. */
const ZOOM_CARDS = 0.6;
const CARDS_FEW = 40;
/** More than any drawing is wide and high: an entry comes before all that is none. */
const ENTRY_PX = 1e6;

/** Where the view remembers that it shows as much as it can, and not what a person zoomed or moved to. */
const FOLLOWS = "_follows";

/** Brings the whole graph into view. */
export function fitAll(cy: Core): void {
  cy.scratch(FOLLOWS, true);
  cy.resize();
  cy.fit(undefined, cy.width() < 640 ? PADDING_SMALL_PX : PADDING_PX);
  if (cy.zoom() > ZOOM_MAX) {
    cy.zoom(ZOOM_MAX);
    cy.center();
  }
  const cards = cy.nodes("[?isCard]");
  // Where not all of it can be read, the part that begins where calls enter is shown so that it can.
  if (cy.zoom() >= ZOOM_CARDS || cards.length > CARDS_FEW) return;
  const { w, h } = cy.nodes().boundingBox();
  const fits = Math.max(cy.width() / (w + 2 * PADDING_SMALL_PX), cy.height() / (h + 2 * PADDING_SMALL_PX));
  cy.zoom(Math.max(ZOOM_CARDS, Math.min(ZOOM_READABLE, fits)));
  cy.center(entryOf(cards));
  fillView(cy);
}

/** Where calls enter: a gateway, else whom nobody calls, else what stands first. */
function entryOf(cards: NodeCollection): NodeSingular {
  return cards.max((card) => {
    const { x, y } = (card as NodeSingular).position();
    return (card as NodeSingular).data("entry") * ENTRY_PX - x - y;
  }).ele as NodeSingular;
}

/** Brings an opened namespace into view, as large as can be. */
export function showBox(cy: Core, namespace: string): void {
  const box = cy.getElementById(boxId(namespace));
  if (box.empty()) return;
  cy.scratch(FOLLOWS, false);
  cy.resize();
  cy.fit(box, PADDING_PX);
  if (cy.zoom() <= ZOOM_MAX) return;
  cy.zoom(ZOOM_MAX);
  cy.center(box);
}

/** Brings the whole graph into view, or what is chosen and as much around it as can be read. */
export function fitAround(cy: Core, chosen: string | null, zoomMax = ZOOM_READABLE): void {
  fitAll(cy);
  const element = chosen === null ? null : find(cy, chosen);
  const zoom = Math.min(ZOOM_READABLE, zoomMax);
  if (element === null || cy.zoom() >= zoom) return;
  cy.zoom(zoom);
  cy.center(element);
  fillView(cy);
}

function fillView(cy: Core): void {
  const { x1, y1, x2, y2 } = cy.elements().renderedBoundingBox();
  cy.panBy({ x: fillIn(x1, x2, cy.width()), y: fillIn(y1, y2, cy.height()) });
}

/** How far to move so that no room is left empty at one end while something is out of view at the other. */
function fillIn(from: number, to: number, size: number): number {
  if (to - from + 2 * PADDING_PX <= size) return (size - from - to) / 2;
  if (from > PADDING_PX) return PADDING_PX - from;
  return to < size - PADDING_PX ? size - PADDING_PX - to : 0;
}

/** Room that a panel takes or gives back: who saw the whole graph sees it still, or what is chosen; who looked closer is left where they are. */
export function followSize(cy: Core, chosen: string | null): void {
  if (cy.scratch(FOLLOWS) === true) fitAround(cy, chosen, cy.zoom());
  else {
    cy.resize();
    if (chosen !== null) reveal(cy, chosen);
  }
}

/** From now on the view is a person's own. */
export function leaveView(cy: Core): void {
  cy.scratch(FOLLOWS, false);
}

/** What stands for an id: of an open namespace its box. */
function find(cy: Core, id: string): CollectionReturnValue | null {
  const namespace = namespaceOfId(id);
  const held = [id, ...(namespace === undefined ? [] : [boxId(namespace)])].map((each) => cy.getElementById(each));
  return held.find((each) => each.nonempty()) ?? null;
}

/** Moves the view just so far that an element is in it. */
export function reveal(cy: Core, id: string): void {
  const element = find(cy, id);
  if (element === null) return;
  const { x1, y1, x2, y2 } = element.renderedBoundingBox();
  const x = moveInto(x1, x2, cy.width());
  const y = moveInto(y1, y2, cy.height());
  if (x !== 0 || y !== 0) cy.panBy({ x, y });
}

function moveInto(from: number, to: number, size: number): number {
  if (to - from + 2 * MARGIN_PX > size) return 0;
  return from < MARGIN_PX ? MARGIN_PX - from : to > size - MARGIN_PX ? size - MARGIN_PX - to : 0;
}
