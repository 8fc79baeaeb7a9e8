import type { Core } from "cytoscape";
import { curveBetween, type ElementSpec } from "#components/topology/build-elements.ts";

/** Brings what Cytoscape holds to what it should, leaving what stays in place: positions and selection survive a refresh. Returns true when nodes came or went. */
export function syncElements(cy: Core, elements: readonly ElementSpec[]): boolean {
  const wanted = new Map(elements.map((element) => [element.data.id, element]));
  let hasChanged = false;
  cy.batch(() => {
    // Children leave their box before the box goes, or it would take them along.
    for (const element of elements) {
      const held = cy.getElementById(element.data.id);
      if (held.nonempty() && held.isNode() && (held.parent().first().id() ?? undefined) !== element.data.parent)
        held.move({ parent: (element.data.parent as string | undefined) ?? null });
    }
    for (const held of cy.elements()) {
      if (wanted.has(held.id())) continue;
      hasChanged ||= held.isNode();
      held.remove();
    }
    for (const element of elements) {
      const held = cy.getElementById(element.data.id);
      if (held.empty()) {
        cy.add({
          group: element.group,
          data: { ...element.data },
          classes: [...element.classes],
          ...(element.position === undefined ? {} : { position: { ...element.position } }),
        });
        hasChanged ||= element.group === "nodes";
      } else {
        const { weights: _, distances: __, parent: ___, ...data } = element.data;
        held.data(data);
        held.classes([...element.classes, ...["selected", "dim", "carded"].filter((name) => held.hasClass(name))]);
        if (element.position !== undefined && !held.grabbed()) held.position({ ...element.position });
      }
    }
  });
  curveEdges(cy);
  return hasChanged;
}

/** Bends the edges to where their ends now are. */
export function curveEdges(cy: Core, edges = cy.edges()): void {
  cy.batch(() => {
    for (const edge of edges) {
      if (edge.hasClass("plain")) continue;
      const source = edge.source();
      const target = edge.target();
      const curve =
        source.id() === target.id()
          ? null
          : curveBetween(source.position(), source.width(), target.position(), target.width());
      edge.toggleClass("backward", curve === null);
      if (curve !== null) edge.data({ weights: [...curve.weights], distances: [...curve.distances] });
    }
  });
}
