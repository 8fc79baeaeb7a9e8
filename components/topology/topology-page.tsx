"use client";
import { Network } from "lucide-react";
import { useMemo } from "react";
import { useRange } from "#components/shell/use-range.ts";
import { ChangeStrip } from "#components/topology/change-strip.tsx";
import { findHits } from "#components/topology/find-hits.ts";
import { findNodes, keepFound } from "#components/topology/find-nodes.ts";
import { GapsNotice } from "#components/topology/gaps-notice.tsx";
import { GraphCanvas } from "#components/topology/graph-canvas.tsx";
import { SidePanel } from "#components/topology/side-panel.tsx";
import { TopologySkeleton } from "#components/topology/topology-skeleton.tsx";
import { TopologyTable } from "#components/topology/topology-table.tsx";
import { TopologyToolbar } from "#components/topology/topology-toolbar.tsx";
import { useLiveGraph } from "#components/topology/use-live-graph.ts";
import { useTopologyState } from "#components/topology/use-topology-state.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { useShortcut } from "#components/ui/use-shortcut.ts";
import type { DrawnGraph } from "#core/graph/display-graph.ts";

/** The mesh as it is called: who calls whom, how much, how well, how safely. Live. */
export function TopologyPage() {
  const range = useRange();
  const state = useTopologyState();
  const { view, withIdle: idle, closed, open } = state;
  const { atMs: endMs, thanMs } = state;
  const { query, connection } = useLiveGraph({ view, seconds: range.seconds, idle, closed, open, endMs, thanMs });
  const hits = useMemo(
    () => (query.data === undefined ? null : findHits(query.data, state.find)),
    [query.data, state.find],
  );
  return (
    <div className="flex h-[calc(100dvh-var(--chrome))] min-h-[32rem] flex-col">
      <h1 className="sr-only">Topology</h1>
      <TopologyToolbar
        state={state}
        connection={connection}
        hits={hits}
        isPaused={endMs !== undefined}
        onPause={(isPaused) => state.setMoment("at", isPaused ? (query.data?.endMs ?? Date.now()) : undefined)}
      />
      <QueryView query={query} what="the topology" skeleton={<TopologySkeleton />}>
        {(graph) =>
          graph.nodes.length === 0 ? (
            <NoTraffic withIdle={state.withIdle} onIdle={() => state.setFlag("idle", true)} />
          ) : (
            <TopologyBody graph={graph} state={state} />
          )
        }
      </QueryView>
    </div>
  );
}

function TopologyBody({
  graph,
  state,
}: {
  readonly graph: DrawnGraph;
  readonly state: ReturnType<typeof useTopologyState>;
}) {
  const { find, view, labels, selected, select, isOnlyFound } = state;
  const found = useMemo(() => findNodes(graph, find), [graph, find]);
  const shown = useMemo(
    () => (isOnlyFound && found !== null ? keepFound(graph, found) : graph),
    [graph, found, isOnlyFound],
  );
  useShortcut("Escape", () => select(null));
  return (
    <>
      <ChangeStrip startMs={graph.startMs} endMs={graph.endMs} />
      <GapsNotice gaps={graph.gaps} />
      <div className="relative flex min-h-0 flex-1">
        {state.asTable ? (
          <TopologyTable graph={shown} found={found} selected={selected} onSelect={select} />
        ) : (
          <GraphCanvas
            graph={shown}
            arranged={graph}
            view={view}
            labels={labels}
            isAnimated={state.isAnimated}
            selected={selected}
            found={found}
            onSelect={select}
            onNamespace={state.setNamespace}
          />
        )}
        <SidePanel graph={graph} selected={selected} onSelect={select} onNamespace={state.setNamespace} />
      </div>
    </>
  );
}

function NoTraffic({ withIdle, onIdle }: { readonly withIdle: boolean; readonly onIdle: () => void }) {
  return (
    <EmptyState
      className="flex-1"
      icon={<Network />}
      title={withIdle ? "Nothing is registered, and no traffic was recorded" : "No traffic was recorded in this range"}
      testId="topology-empty"
      actions={
        withIdle ? (
          <ButtonLink href="/security?tab=tokens">Join a workload</ButtonLink>
        ) : (
          <Button onClick={onIdle}>Show what is idle</Button>
        )
      }
    >
      The topology is drawn from requests that proxies reported. It fills in within seconds of the first one; look back
      further to see earlier traffic.
    </EmptyState>
  );
}
