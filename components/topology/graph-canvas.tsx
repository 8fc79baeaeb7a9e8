"use client";
import { useEffect, useMemo, useRef, useState } from "react";
import { buildElements, selectionOf } from "#components/topology/build-elements.ts";
import { setDirection } from "#components/topology/curve-edges.ts";
import type { EdgeLabel } from "#components/topology/edge-label.ts";
import { EDGES_DRAWN_MAX, edgesDrawn } from "#components/topology/edges-drawn.ts";
import { neighbourhood, withEdges } from "#components/topology/find-nodes.ts";
import { GraphOverlay } from "#components/topology/graph-overlay.tsx";
import { Legend } from "#components/topology/legend.tsx";
import { syncElements } from "#components/topology/sync-elements.ts";
import { TrafficMotion } from "#components/topology/traffic-motion.tsx";
import { useArrangement } from "#components/topology/use-arrangement.ts";
import { useCytoscape } from "#components/topology/use-cytoscape.ts";
import { useRowMax } from "#components/topology/use-row-max.ts";
import { fitAround, reveal, showBox } from "#components/topology/viewport.ts";
import { ZoomControls } from "#components/topology/zoom-controls.tsx";
import { cx } from "#components/ui/cx.ts";
import { Spinner } from "#components/ui/spinner.tsx";
import type { DisplayGraph } from "#core/graph/display-graph.ts";
import type { GraphView } from "#core/graph/graph.ts";

export interface GraphCanvasProps {
  readonly graph: DisplayGraph;
  /** What has a place, shown or not: hiding moves nothing. */
  readonly arranged: DisplayGraph;
  readonly view: GraphView;
  readonly labels: readonly EdgeLabel[];
  /** Dots run along the edges. */
  readonly isAnimated: boolean;
  readonly selected: string | null;
  /** Nodes that the search found; null when nothing is searched for. */
  readonly found: ReadonlySet<string> | null;
  readonly onSelect: (id: string | null) => void;
  readonly onNamespace: (namespace: string, isOpen: boolean) => void;
}

/** The drawing: Cytoscape draws edges and boxes, the overlay cards and figures. */
export function GraphCanvas({
  graph,
  arranged,
  view,
  labels,
  isAnimated,
  selected,
  found,
  onSelect,
  onNamespace,
}: GraphCanvasProps) {
  const container = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<string | null>(null);
  const rowMax = useRowMax();
  const { positions, layouts, isArranging, move, tidy } = useArrangement(arranged, view, rowMax);
  const cy = useCytoscape(container, { onSelect, onHover: setHovered, onMove: move }, selected);
  const centre = hovered ?? selected;
  const lit = useMemo(
    () => (centre === null ? (found === null ? null : withEdges(graph, found)) : neighbourhood(graph, centre)),
    [graph, centre, found],
  );

  // Nothing is drawn before the drawing's program is loaded and the first layout is there.
  const isBlank = cy === null || positions === null;
  const isDense = graph.edges.length > EDGES_DRAWN_MAX;
  const drawn = useMemo(() => ({ ...graph, edges: edgesDrawn(graph.edges, lit) }), [graph, lit]);

  useEffect(() => {
    if (cy === null || positions === null) return;
    setDirection(cy, rowMax === null ? "right" : "down");
    syncElements(cy, buildElements(drawn, positions, isDense));
  }, [cy, drawn, positions, isDense, rowMax]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a fresh layout moves the view; a refresh never does
  useEffect(() => {
    if (cy !== null && layouts > 0) fitAround(cy, selected);
  }, [cy, layouts]);

  // A namespace that was opened is what one wants to see: once all of it has its place, and after a fresh layout brought all into view.
  const opening = useRef<string | null>(null);
  useEffect(() => {
    const namespace = opening.current;
    if (cy === null || positions === null || namespace === null) return;
    if (!drawn.boxes.some((box) => box.namespace === namespace)) return;
    if (!drawn.nodes.every((node) => node.namespace !== namespace || positions.has(node.id))) return;
    opening.current = null;
    showBox(cy, namespace);
  }, [cy, drawn, positions]);

  useEffect(() => {
    if (cy !== null && selected !== null) reveal(cy, selected);
  }, [cy, selected]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: elements that have just got their places are new and unmarked
  useEffect(() => {
    if (cy === null) return;
    cy.batch(() => {
      cy.elements().forEach((element) => {
        element.toggleClass("selected", selectionOf(element.id()) === selected);
        element.toggleClass("dim", lit !== null && !element.hasClass("box") && !lit.has(element.id()));
      });
    });
  }, [cy, positions, selected, lit]);

  return (
    <div className="relative min-h-0 flex-1 overflow-hidden bg-canvas" data-testid="topology-graph">
      {/* Cytoscape makes its container `position: relative`. */}
      <div ref={container} aria-hidden className="size-full" />
      {cy === null || !isAnimated ? null : <TrafficMotion cy={cy} graph={drawn} lit={lit} />}
      {isBlank ? null : (
        <GraphOverlay
          cy={cy}
          graph={drawn}
          labels={labels}
          selected={selected}
          lit={lit}
          centre={centre}
          onSelect={onSelect}
          onNamespace={(namespace, isOpen) => {
            opening.current = isOpen ? namespace : null;
            onNamespace(namespace, isOpen);
          }}
        />
      )}
      {isArranging || isBlank ? (
        <div
          role="status"
          className={cx(
            "absolute left-1/2 flex -translate-x-1/2 items-center gap-2 rounded-md bg-raised px-3 py-1.5 text-muted text-xs shadow-raised",
            isBlank ? "top-1/2 -translate-y-1/2" : "top-4",
          )}
        >
          <Spinner className="size-3.5" /> Laying out {graph.nodes.length} nodes
        </div>
      ) : null}
      {cy === null ? null : <ZoomControls cy={cy} onTidy={tidy} />}
      {isDense ? (
        <p className="pointer-events-none absolute bottom-4 left-1/2 max-w-full -translate-x-1/2 truncate rounded-md bg-raised px-3 py-1.5 text-muted text-xs shadow-raised">
          {drawn.edges.length} of {graph.edges.length} edges: the worst, then the busiest. Point at a node for its own.
        </p>
      ) : null}
      <Legend />
    </div>
  );
}
