import type { CollectionReturnValue, Core } from "cytoscape";
import type { ElementSpec } from "#components/topology/build-elements.ts";
import { curveEdges } from "#components/topology/curve-edges.ts";

/** Where an element remembers what it was made from. */
const SPEC = "_spec";

/**
 * Brings what Cytoscape holds to what it should, leaving what stays in place: positions and selection survive a refresh.
 * What is as it was is not touched: each touch costs a new style and a new drawing.
 */
export function syncElements(cy: Core, elements: readonly ElementSpec[]): void {
  const wanted = new Map(elements.map((element) => [element.data.id, element]));
  cy.batch(() => {
    // Children leave their box before the box goes, or it would take them along.
    for (const element of elements) {
      const held = cy.getElementById(element.data.id);
      if (held.nonempty() && held.isNode() && (held.parent().first().id() ?? undefined) !== element.data.parent)
        held.move({ parent: (element.data.parent as string | undefined) ?? null });
    }
    for (const held of cy.elements()) if (!wanted.has(held.id())) held.remove();
    for (const element of elements) {
      const held = cy.getElementById(element.data.id);
      if (held.empty()) {
        cy.add({
          group: element.group,
          data: { ...element.data },
          classes: [...element.classes],
          ...(element.position === undefined ? {} : { position: { ...element.position } }),
        }).scratch(SPEC, element);
      } else update(held, element);
    }
  });
  curveEdges(cy);
}

function update(held: CollectionReturnValue, element: ElementSpec): void {
  const before = held.scratch(SPEC) as ElementSpec | undefined;
  held.scratch(SPEC, element);
  const { weights: _, distances: __, parent: ___, ...data } = element.data;
  if (Object.entries(data).some(([key, value]) => before?.data[key] !== value)) held.data(data);
  if (before?.classes.join() !== element.classes.join())
    held.classes([...element.classes, ...["selected", "dim", "carded", "down"].filter((name) => held.hasClass(name))]);
  const { position } = element;
  if (position === undefined || held.grabbed()) return;
  const { x, y } = held.position();
  if (x !== position.x || y !== position.y) held.position({ ...position });
}
