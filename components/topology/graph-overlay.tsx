"use client";
import type { Core } from "cytoscape";
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { BoxHeader } from "#components/topology/box-header.tsx";
import { boxId } from "#components/topology/build-elements.ts";
import { describeEdge, type EdgeLabel } from "#components/topology/edge-label.ts";
import { EdgeTag } from "#components/topology/edge-tag.tsx";
import type { Point } from "#components/topology/layout-graph.ts";
import { isDirection, nearestNode } from "#components/topology/nearest-node.ts";
import { NodeCard } from "#components/topology/node-card.tsx";
import { placeOverlay } from "#components/topology/place-overlay.ts";
import { reveal } from "#components/topology/viewport.ts";
import { type DisplayGraph, namespaceNodeId, nodeTitle } from "#core/graph/display-graph.ts";

export interface GraphOverlayProps {
  readonly cy: Core;
  readonly graph: DisplayGraph;
  readonly labels: readonly EdgeLabel[];
  readonly selected: string | null;
  /** What is not dimmed; null when nothing is. */
  readonly lit: ReadonlySet<string> | null;
  /** What is hovered or selected: its figures show even when the rest's are hidden. */
  readonly centre: string | null;
  readonly onSelect: (id: string | null) => void;
  readonly onNamespace: (namespace: string, isOpen: boolean) => void;
}

/** What may put something elsewhere; what is let go of without having been moved tells no `dragfree`. */
const MOVES = "viewport position add remove bounds resize free dragfree";

/** Above this many edges only those in question carry figures. */
const TAGS_MAX = 80;
/** More than this in question cover each other: then only what fails, and what is pointed at. */
const TAGS_LIT_MAX = 120;

/** Cards, figures and box headers over the canvas, following it as it moves. Cards take the keyboard; the pointer goes through them to the canvas. */
export function GraphOverlay({ cy, graph, labels, selected, lit, centre, onSelect, onNamespace }: GraphOverlayProps) {
  const layer = useRef<HTMLDivElement>(null);
  const place = useCallback(() => {
    if (layer.current !== null) placeOverlay(cy, layer.current);
  }, [cy]);
  useLayoutEffect(place);
  useEffect(() => {
    let frame = 0;
    const schedule = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(place);
    };
    cy.on(MOVES, schedule);
    schedule();
    return () => {
      cancelAnimationFrame(frame);
      cy.off(MOVES, schedule);
    };
  }, [cy, place]);

  const names = new Map(graph.nodes.map((node) => [node.id, nodeTitle(node)]));
  const showsLit = graph.edges.filter(({ id }) => lit?.has(id)).length <= TAGS_LIT_MAX;
  const edges = graph.edges.filter(
    (edge) =>
      graph.edges.length <= TAGS_MAX ||
      edge.id === centre ||
      (showsLit && lit?.has(edge.id)) ||
      edge.health.status === "failure",
  );
  const focusableEdge = edges.some(({ id }) => id === selected) ? selected : edges[0]?.id;
  const focusable = graph.nodes.some(({ id }) => id === selected) ? selected : graph.nodes[0]?.id;
  const isLit = (id: string) => lit === null || lit.has(id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return onSelect(null);
    const { node, rank, of } = (event.target as HTMLElement).dataset;
    const from = node ?? of;
    if (from === undefined || !isDirection(event.key)) return;
    event.preventDefault();
    // From node to node, and from edge to edge.
    const points: [string, Point][] =
      rank === undefined
        ? graph.nodes.map(({ id }) => [id, cy.getElementById(id).position()])
        : edges.map(({ id }) => [id, cy.getElementById(id).midpoint()]);
    const to = nearestNode(new Map(points), from, event.key);
    if (to === null) return;
    const name = rank === undefined ? "node" : "of";
    layer.current?.querySelector<HTMLElement>(`[data-${name}="${CSS.escape(to)}"]`)?.focus({ preventScroll: true });
    reveal(cy, to);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the controls of a form
    <div
      role="group"
      aria-label="Topology. Arrow keys go from node to node, and from edge to edge; the table has the same figures."
      className="pointer-events-none absolute inset-0 overflow-hidden"
      onKeyDown={onKeyDown}
    >
      <div ref={layer} className="group/layer absolute top-0 left-0 origin-top-left">
        {graph.boxes.map((box) => (
          <BoxHeader
            key={box.namespace}
            box={box}
            id={boxId(box.namespace)}
            isSelected={selected === namespaceNodeId(box.namespace)}
            onSelect={() => onSelect(namespaceNodeId(box.namespace))}
            onClose={() => onNamespace(box.namespace, false)}
          />
        ))}
        {edges.map((edge) => (
          <EdgeTag
            key={edge.id}
            edge={edge}
            labels={labels}
            isSelected={edge.id === selected}
            isDim={!isLit(edge.id)}
            isFocusable={edge.id === focusableEdge}
            description={describeEdge(edge, (id) => names.get(id) ?? id)}
            onSelect={() => onSelect(edge.id)}
          />
        ))}
        {graph.nodes.map((node) => (
          <NodeCard
            key={node.id}
            node={node}
            isSelected={node.id === selected}
            isDim={!isLit(node.id)}
            isFocusable={node.id === focusable}
            onSelect={() => onSelect(node.id)}
            onOpen={node.kind === "namespace" ? () => onNamespace(node.namespace, true) : null}
          />
        ))}
      </div>
    </div>
  );
}
