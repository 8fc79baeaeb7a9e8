"use client";
import { Network } from "lucide-react";
import { useMemo, useState } from "react";
import { useRange } from "#components/shell/use-range.ts";
import { chooseClosed } from "#components/topology/closed-namespaces.ts";
import { collapseGraph } from "#components/topology/collapse-graph.ts";
import { findNodes } from "#components/topology/find-nodes.ts";
import { GapsNotice } from "#components/topology/gaps-notice.tsx";
import { GraphCanvas } from "#components/topology/graph-canvas.tsx";
import { SidePanel } from "#components/topology/side-panel.tsx";
import { TopologyTable } from "#components/topology/topology-table.tsx";
import { TopologyToolbar } from "#components/topology/topology-toolbar.tsx";
import { useEdgeHistory } from "#components/topology/use-edge-history.ts";
import { useLiveGraph } from "#components/topology/use-live-graph.ts";
import { useTopologyState } from "#components/topology/use-topology-state.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import type { Graph } from "#core/view/graph.ts";

/** The mesh as it is called: who calls whom, how much, how well, how safely. Live. */
export function TopologyPage() {
  const range = useRange();
  const state = useTopologyState();
  const [isPaused, setIsPaused] = useState(false);
  const { query, connection } = useLiveGraph(state.view, range.seconds, isPaused);
  return (
    <div className="flex h-[calc(100dvh-var(--chrome))] min-h-[32rem] flex-col">
      <h1 className="sr-only">Topology</h1>
      <TopologyToolbar state={state} connection={connection} isPaused={isPaused} onPause={setIsPaused} />
      <QueryView query={query} what="the topology" skeleton={<TopologySkeleton />}>
        {(graph) => (graph.nodes.length === 0 ? <NoTraffic /> : <TopologyBody graph={graph} state={state} />)}
      </QueryView>
    </div>
  );
}

function TopologyBody({
  graph,
  state,
}: {
  readonly graph: Graph;
  readonly state: ReturnType<typeof useTopologyState>;
}) {
  const { closed, open, find, view, labels, selected, select } = state;
  const closedNow = [...chooseClosed(graph.nodes, { closed, open })].sort().join(",");
  const displayed = useMemo(
    () => collapseGraph(graph, new Set(closedNow.split(",").filter(Boolean))),
    [graph, closedNow],
  );
  const history = useEdgeHistory(graph);
  const found = useMemo(() => findNodes(displayed, find), [displayed, find]);
  return (
    <>
      <GapsNotice gaps={graph.gaps} />
      <div className="relative flex min-h-0 flex-1">
        {state.asTable ? (
          <TopologyTable graph={displayed} found={found} selected={selected} onSelect={select} />
        ) : (
          <GraphCanvas
            graph={displayed}
            view={view}
            labels={labels}
            selected={selected}
            found={found}
            onSelect={select}
            onNamespace={state.setNamespace}
          />
        )}
        <SidePanel graph={displayed} selected={selected} history={history} onSelect={select} />
      </div>
    </>
  );
}

function TopologySkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the topology"
      className="flex flex-1 items-center justify-center gap-2 text-muted"
    >
      <Spinner /> Reading the traffic
    </div>
  );
}

function NoTraffic() {
  return (
    <EmptyState
      className="flex-1"
      icon={<Network />}
      title="No traffic was recorded in this range"
      testId="topology-empty"
      actions={<ButtonLink href="/services">See the services</ButtonLink>}
    >
      The topology is drawn from requests that proxies reported. It fills in within seconds of the first one; look back
      further to see earlier traffic.
    </EmptyState>
  );
}
