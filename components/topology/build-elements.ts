import type { Point, Positions } from "#components/topology/layout-graph.ts";
import { nodeSize } from "#components/topology/node-size.ts";
import { type DisplayEdge, type DisplayGraph, namespaceNodeId } from "#core/graph/display-graph.ts";

export interface ElementSpec {
  readonly group: "nodes" | "edges";
  readonly data: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly classes: readonly string[];
  readonly position?: Point;
}

const WIDTH_MIN_PX = 1.5;
const WIDTH_MAX_PX = 4;

export function boxId(namespace: string): string {
  return `box:${namespace}`;
}

/** What a person chose who clicked an element: a box stands for its namespace. */
export function selectionOf(elementId: string): string {
  return elementId.startsWith("box:") ? namespaceNodeId(elementId.slice("box:".length)) : elementId;
}

/** What Cytoscape is to hold: boxes first, for their nodes name them. Of edges that are too many for curves, straight lines. */
export function buildElements(graph: DisplayGraph, positions: Positions, isDense = false): ElementSpec[] {
  const busiest = Math.max(1, ...graph.edges.map(({ requestsPerSecond }) => requestsPerSecond));
  const open = new Set(graph.boxes.map(({ namespace }) => namespace));
  return [
    ...graph.boxes.map(
      ({ namespace }): ElementSpec => ({ group: "nodes", data: { id: boxId(namespace) }, classes: ["box"] }),
    ),
    ...graph.nodes.map((node): ElementSpec => {
      const inBox = node.kind !== "namespace" && open.has(node.namespace);
      return {
        group: "nodes",
        data: {
          id: node.id,
          isCard: true,
          entry: entryRank(node),
          ...nodeSize(node),
          ...(inBox ? { parent: boxId(node.namespace) } : {}),
        },
        classes: [node.health.status],
        position: positions.get(node.id) ?? { x: 0, y: 0 },
      };
    }),
    ...graph.edges.map(
      (edge): ElementSpec => ({
        group: "edges",
        data: {
          id: edge.id,
          source: edge.source,
          target: edge.target,
          width: lineWidth(edge, busiest),
          weights: [0.5, 0.5],
          distances: [0, 0],
        },
        classes: [lookOf(edge), ...(isDense ? ["plain"] : [])],
      }),
    ),
  ];
}

/** Beside another time, what became of it; else how it does. */
function lookOf({ compared, requestsPerSecond, health }: DisplayEdge): string {
  return compared?.change ?? (requestsPerSecond === 0 ? "idle" : health.status);
}

/** How much one wants to see it first: a gateway, else where calls begin. */
function entryRank({ kind, isRoot, requestsPerSecondOut }: DisplayGraph["nodes"][number]): number {
  return kind === "gateway" ? 2 : isRoot && requestsPerSecondOut > 0 ? 1 : 0;
}

/** Thicker for more traffic, by the square root: the quiet ones are still seen. */
function lineWidth({ requestsPerSecond }: DisplayEdge, busiest: number): number {
  return Math.round((WIDTH_MIN_PX + (WIDTH_MAX_PX - WIDTH_MIN_PX) * Math.sqrt(requestsPerSecond / busiest)) * 10) / 10;
}
