"use client";
import type { Core } from "cytoscape";
import { type RefObject, useEffect, useRef, useState } from "react";
import { buildStyle, readPalette } from "#components/topology/graph-style.ts";
import { type GraphEvents, listenGraph } from "#components/topology/listen-graph.ts";
import { followSize } from "#components/topology/viewport.ts";

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
      listenGraph(core, handlers);
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
