"use client";
import { useEffect, useState } from "react";
import { type EdgeHistory, recordGraph } from "#components/topology/edge-history.ts";
import type { Graph } from "#core/view/graph.ts";

/** What every edge did since the page was opened, or since another view was chosen. */
export function useEdgeHistory(graph: Graph): EdgeHistory {
  const [state, setState] = useState<{ readonly view: Graph["view"]; readonly history: EdgeHistory }>({
    view: graph.view,
    history: new Map(),
  });
  useEffect(() => {
    setState((before) => ({
      view: graph.view,
      history: recordGraph(before.view === graph.view ? before.history : new Map(), graph),
    }));
  }, [graph]);
  return state.history;
}
