"use client";
import type { Core, EdgeSingular, Position } from "cytoscape";
import { useEffect, useRef } from "react";
import { planDots } from "#components/topology/plan-dots.ts";
import { readColor } from "#components/ui/read-color.ts";
import type { DisplayGraph } from "#core/graph/display-graph.ts";

const FRAME_MS = 33;
/** Above this many edges motion says nothing and costs a core. */
const EDGES_MAX = 150;

/** Dots that run along the edges: round ones were answered, squares failed. Stands still for who asked for less motion. */
export function TrafficMotion({
  cy,
  graph,
  lit,
}: {
  readonly cy: Core;
  readonly graph: DisplayGraph;
  readonly lit: ReadonlySet<string> | null;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef({ graph, lit });
  latest.current = { graph, lit };
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let frame = 0;
    let drawnMs = 0;
    const draw = (nowMs: number) => {
      frame = requestAnimationFrame(draw);
      if (nowMs - drawnMs < FRAME_MS) return;
      drawnMs = nowMs;
      drawDots(context, cy, latest.current, nowMs / 1000);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [cy]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      data-testid="traffic-motion"
      className="pointer-events-none absolute inset-0 size-full"
    />
  );
}

function drawDots(
  context: CanvasRenderingContext2D,
  cy: Core,
  { graph, lit }: { readonly graph: DisplayGraph; readonly lit: ReadonlySet<string> | null },
  seconds: number,
): void {
  const { canvas } = context;
  const scale = window.devicePixelRatio;
  const [width, height] = [cy.width() * scale, cy.height() * scale];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, cy.width(), cy.height());
  if (graph.edges.length > EDGES_MAX) return;
  const busiest = Math.max(0, ...graph.edges.map(({ requestsPerSecond }) => requestsPerSecond));
  const size = Math.max(1.5, 3 * cy.zoom());
  const colors = { ok: readColor("ink"), bad: readColor("bad") };
  for (const edge of graph.edges) {
    const plan = planDots(edge, busiest);
    const held = cy.getElementById(edge.id);
    if (plan === null || held.empty() || (lit !== null && !lit.has(edge.id))) continue;
    const way = wayOf(held as unknown as EdgeSingular);
    for (let dot = 0; dot < plan.count; dot += 1) {
      const at = way((seconds * plan.wayPerSecond + dot / plan.count) % 1);
      if (at === null) continue;
      const turn = Math.floor(seconds * plan.wayPerSecond + dot / plan.count) * plan.count + dot;
      const hasFailed = plan.failedEvery !== null && turn % plan.failedEvery === 0;
      context.fillStyle = hasFailed ? colors.bad : colors.ok;
      context.beginPath();
      if (hasFailed) context.rect(at.x - size, at.y - size, size * 2, size * 2);
      else context.arc(at.x, at.y, size, 0, Math.PI * 2);
      context.fill();
    }
  }
}

/** Where on the screen a part of an edge's way is; Cytoscape draws it as quadratic curves that meet between its control points. */
function wayOf(edge: EdgeSingular): (part: number) => Position | null {
  const from = edge.renderedSourceEndpoint();
  const to = edge.renderedTargetEndpoint();
  // Undefined while an edge is a straight line or has not been drawn yet, which the types do not say.
  const points = (edge.controlPoints() as Position[] | undefined) ?? [];
  const { zoom, pan } = { zoom: edge.cy().zoom(), pan: edge.cy().pan() };
  const controls = points.map(({ x, y }) => ({ x: x * zoom + pan.x, y: y * zoom + pan.y }));
  if (Number.isNaN(from.x) || Number.isNaN(to.x)) return () => null;
  const joints = controls.slice(1).map((point, at) => middle(controls[at] ?? point, point));
  const starts = [from, ...joints];
  return (part) => {
    if (controls.length === 0) return between(from, to, part);
    const at = Math.min(controls.length - 1, Math.floor(part * controls.length));
    const control = controls[at];
    const start = starts[at];
    if (control === undefined || start === undefined) return null;
    const inner = part * controls.length - at;
    return between(between(start, control, inner), between(control, starts[at + 1] ?? to, inner), inner);
  };
}

function between(a: Position, b: Position, part: number): Position {
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}

function middle(a: Position, b: Position): Position {
  return between(a, b, 0.5);
}
