import type { Point, Positions } from "#components/topology/layout-graph.ts";
import type { GraphView } from "#core/graph/graph.ts";

const KEY = "pharos-topology";
/** So that a mesh whose names change for ever does not fill the browser's storage. */
const NODES_MAX = 2000;

/** A view, and how it is laid out where that is not from left to right. */
export type ArrangementName = GraphView | `${GraphView}-${number}`;

/** Where the nodes stood last, in this browser. Whatever cannot be read is forgotten. */
export function readPositions(name: ArrangementName): Map<string, Point> {
  try {
    const entries: unknown = JSON.parse(localStorage.getItem(`${KEY}-${name}`) ?? "[]");
    if (!Array.isArray(entries)) return new Map();
    return new Map(entries.filter(isEntry).map(([id, x, y]) => [id, { x, y }]));
  } catch {
    return new Map();
  }
}

function isEntry(entry: unknown): entry is [string, number, number] {
  return Array.isArray(entry) && typeof entry[0] === "string" && Number.isFinite(entry[1]) && Number.isFinite(entry[2]);
}

export function writePositions(name: ArrangementName, positions: Positions): void {
  const entries = [...positions].slice(-NODES_MAX).map(([id, { x, y }]) => [id, Math.round(x), Math.round(y)]);
  try {
    localStorage.setItem(`${KEY}-${name}`, JSON.stringify(entries));
  } catch {
    // Storage that is full or forbidden costs the arrangement at the next visit, nothing else.
  }
}

export function clearPositions(name: ArrangementName): void {
  localStorage.removeItem(`${KEY}-${name}`);
}
