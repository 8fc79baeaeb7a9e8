"use client";
import type { Core } from "cytoscape";
import { type RefObject, useEffect, useRef, useState } from "react";
import { selectionOf } from "#components/topology/build-elements.ts";
import { buildStyle, readPalette } from "#components/topology/graph-style.ts";
import type { Point } from "#components/topology/layout-graph.ts";
import { curveEdges } from "#components/topology/sync-elements.ts";
import { followSize, leaveView } from "#components/topology/viewport.ts";

export interface GraphEvents {
  readonly onSelect: (id: string | null) => void;
  readonly onHover: (id: string | null) => void;
  readonly onMove: (id: string, point: Point) => void;
}

/** Cytoscape in a container, restyled when the theme changes. Its events reach whatever handlers were given last. */
export function useCytoscape(
  container: RefObject<HTMLDivElement | null>,
  events: GraphEvents,
  selected: string | null,
): Core | null {
  const [cy, setCy] = useState<Core | null>(null);
  const handlers = useRef(events);
  handlers.current = events;
  const chosen = useRef(selected);
  chosen.current = selected;
  useEffect(() => {
    let core: Core | null = null;
    let isGone = false;
    void import("cytoscape").then(({ default: cytoscape }) => {
      if (isGone || container.current === null) return;
      core = cytoscape({
        container: container.current,
        style: buildStyle(readPalette()),
        minZoom: 0.05,
        maxZoom: 1.8,
        boxSelectionEnabled: false,
        autounselectify: true,
      });
      listen(core, handlers);
      setCy(core);
    });
    return () => {
      isGone = true;
      core?.destroy();
      setCy(null);
    };
  }, [container]);
  useEffect(() => {
    if (cy === null) return;
    const restyle = () => cy.style(buildStyle(readPalette()));
    const theme = new MutationObserver(restyle);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", restyle);
    return () => {
      theme.disconnect();
      system.removeEventListener("change", restyle);
    };
  }, [cy]);
  useEffect(() => {
    if (cy === null || container.current === null) return;
    const resized = new ResizeObserver(() => followSize(cy, chosen.current));
    resized.observe(container.current);
    return () => resized.disconnect();
  }, [cy, container]);
  return cy;
}

function listen(cy: Core, handlers: RefObject<GraphEvents>): void {
  cy.on("tap", (event) => handlers.current.onSelect(event.target === cy ? null : selectionOf(event.target.id())));
  cy.on("mouseover", "node[?isCard], edge", (event) => handlers.current.onHover(event.target.id()));
  cy.on("mouseout", "node[?isCard], edge", () => handlers.current.onHover(null));
  cy.on("scrollzoom pinchzoom dragpan", () => leaveView(cy));
  cy.on("position", "node", (event) => curveEdges(cy, event.target.connectedEdges()));
  // Dragging a box moves what is in it.
  cy.on("dragfree", "node", (event) => {
    const moved = event.target.isParent() ? event.target.descendants() : event.target;
    for (const node of moved) handlers.current.onMove(node.id(), { ...node.position() });
    // What it stood in the way of goes straight again, and what it stands in the way of now goes around.
    curveEdges(cy);
  });
}
