"use client";
import { type EdgeLabel, formatLabels, parseLabels } from "#components/topology/edge-label.ts";
import type { Hit } from "#components/topology/find-hits.ts";
import { formatMoment, parseMoment } from "#components/topology/moment.ts";
import { formatNames, parseNames } from "#components/topology/name-list.ts";
import { parseView } from "#components/topology/parse-view.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { namespaceNodeId } from "#core/graph/display-graph.ts";
import type { GraphView } from "#core/graph/graph.ts";

export type TopologyFlag = "only" | "idle" | "animate";

export interface TopologyState {
  readonly view: GraphView;
  readonly labels: readonly EdgeLabel[];
  readonly find: string;
  /** A node or an edge. */
  readonly selected: string | null;
  readonly asTable: boolean;
  /** What the search does not find is not drawn at all. */
  readonly isOnlyFound: boolean;
  /** What is registered but had no traffic is drawn too. */
  readonly withIdle: boolean;
  readonly isAnimated: boolean;
  readonly closed: ReadonlySet<string>;
  readonly open: ReadonlySet<string>;
  /** Up to when the graph is drawn; undefined: now. */
  readonly atMs: number | undefined;
  /** Up to when the range is that it is drawn beside. */
  readonly thanMs: number | undefined;
  readonly setMoment: (which: "at" | "than", ms: number | undefined) => void;
  readonly setView: (view: GraphView) => void;
  readonly setLabels: (labels: readonly EdgeLabel[]) => void;
  readonly setFind: (find: string) => void;
  readonly select: (id: string | null) => void;
  readonly setAsTable: (asTable: boolean) => void;
  readonly setFlag: (flag: TopologyFlag, isOn: boolean) => void;
  readonly setNamespace: (namespace: string, isOpen: boolean) => void;
  /** Chooses what the search found, in the namespace that is opened for it. */
  readonly openHit: (hit: Hit) => void;
}

/** All that a link to the topology says. */
export function useTopologyState(): TopologyState {
  const search = useSearchState();
  const closed = parseNames(search.get("closed"));
  const open = parseNames(search.get("open"));
  return {
    view: parseView(search.get("view")),
    labels: parseLabels(search.get("labels")),
    find: search.get("find") ?? "",
    selected: search.get("select"),
    asTable: search.get("as") === "table",
    isOnlyFound: search.get("only") === "1",
    withIdle: search.get("idle") === "1",
    isAnimated: search.get("animate") === "1",
    closed,
    open,
    atMs: parseMoment(search.get("at")),
    thanMs: parseMoment(search.get("than")),
    setMoment: (which, ms) => search.set({ [which]: formatMoment(ms) }),
    setView: (view) => search.set({ view: view === "versioned-app" ? null : view, select: null }, { history: "push" }),
    setLabels: (labels) => search.set({ labels: formatLabels(labels) }),
    setFind: (find) => search.set({ find }),
    select: (id) => search.set({ select: id }),
    openHit: ({ id, closedNamespace: namespace }) =>
      search.set({
        select: id,
        ...(namespace === null
          ? {}
          : {
              closed: formatNames(withName(closed, namespace, false)),
              open: formatNames(withName(open, namespace, true)),
            }),
      }),
    setAsTable: (asTable) => search.set({ as: asTable ? "table" : null }, { history: "push" }),
    setFlag: (flag, isOn) => search.set({ [flag]: isOn ? "1" : null }),
    setNamespace: (namespace, isOpen) =>
      search.set({
        closed: formatNames(withName(closed, namespace, !isOpen)),
        open: formatNames(withName(open, namespace, isOpen)),
        // The namespace itself stays chosen: it is there open and closed.
        ...(search.get("select") === namespaceNodeId(namespace) ? {} : { select: null }),
      }),
  };
}

function withName(names: ReadonlySet<string>, name: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(names);
  if (isIn) next.add(name);
  else next.delete(name);
  return next;
}
