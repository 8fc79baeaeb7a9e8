"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { arrangeAll, arrangeNew, needsFreshLayout } from "#components/topology/arrange-graph.ts";
import type { Point, Positions } from "#components/topology/layout-graph.ts";
import {
  type ArrangementName,
  clearPositions,
  readPositions,
  writePositions,
} from "#components/topology/position-store.ts";
import type { DisplayGraph } from "#core/graph/display-graph.ts";
import type { GraphView } from "#core/graph/graph.ts";

export interface Arrangement {
  /** Null until the first layout is there. */
  readonly positions: Positions | null;
  /** Grows with every fresh layout: time to bring all of it into view. */
  readonly layouts: number;
  readonly isArranging: boolean;
  /** A person moved a node: it stays there. */
  readonly move: (id: string, point: Point) => void;
  /** Forgets all places and lays out anew. */
  readonly tidy: () => void;
}

interface State {
  readonly name: ArrangementName;
  readonly positions: Positions | null;
  readonly layouts: number;
}

/** Where the nodes stand: as last time in this browser; only what is new gets a place. */
export function useArrangement(graph: DisplayGraph, view: GraphView, rowMax: number | null): Arrangement {
  const name: ArrangementName = rowMax === null ? view : `${view}-${rowMax}`;
  const [state, setState] = useState<State>({ name, positions: null, layouts: 0 });
  const [isArranging, setIsArranging] = useState(false);
  const [tidied, setTidied] = useState(0);
  const latest = useRef(graph);
  latest.current = graph;
  const shape = graph.nodes
    .map(({ id }) => id)
    .sort()
    .join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: only nodes that come or go need places, not every refresh of their figures
  useEffect(() => {
    const known = withCentroids(latest.current, readPositions(name));
    const keep = (positions: Positions, isFresh: boolean) => {
      writePositions(name, new Map([...known, ...positions]));
      setState((before) => ({
        name,
        positions,
        layouts: before.layouts + (isFresh || before.name !== name || before.positions === null ? 1 : 0),
      }));
    };
    if (latest.current.nodes.length === 0) return;
    if (!needsFreshLayout(latest.current, known)) return keep(arrangeNew(latest.current, known), false);
    const stop = new AbortController();
    setIsArranging(true);
    arrangeAll(latest.current, rowMax, stop.signal)
      .then((positions) => keep(positions, true))
      .catch(() => {
        if (!stop.signal.aborted) keep(arrangeNew(latest.current, new Map()), true);
      })
      .finally(() => {
        // Of one that was given up for the next nobody waits.
        if (!stop.signal.aborted) setIsArranging(false);
      });
    return () => stop.abort();
  }, [shape, name, tidied]);
  const move = useCallback(
    (id: string, point: Point) => {
      setState((before) => {
        const positions = new Map(before.positions ?? []).set(id, point);
        writePositions(name, new Map([...readPositions(name), ...positions]));
        return { ...before, positions };
      });
    },
    [name],
  );
  const tidy = useCallback(() => {
    clearPositions(name);
    setTidied((count) => count + 1);
  }, [name]);
  return { positions: state.name === name ? state.positions : null, layouts: state.layouts, isArranging, move, tidy };
}

/** A namespace that closes stands in the middle of what it held. */
function withCentroids(graph: DisplayGraph, known: Map<string, Point>): Map<string, Point> {
  for (const { id, kind, members } of graph.nodes) {
    if (kind !== "namespace" || known.has(id)) continue;
    const points = members.flatMap((member) => known.get(member.id) ?? []);
    if (points.length === 0) continue;
    known.set(id, {
      x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
      y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
    });
  }
  return known;
}
