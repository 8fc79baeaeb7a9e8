"use client";
import { Lock, Network, Pause, Play, Table2 } from "lucide-react";
import { EDGE_LABELS, type EdgeLabel } from "#components/topology/edge-label.ts";
import { GRAPH_VIEWS } from "#components/topology/parse-view.ts";
import type { TopologyState } from "#components/topology/use-topology-state.ts";
import { cx } from "#components/ui/cx.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Segmented, SegmentedMany } from "#components/ui/segmented.tsx";

const VIEW_WORD = { "versioned-app": "Versions", service: "Services", workload: "Workloads" } as const;
const LABEL_WORD: Readonly<Record<EdgeLabel, string>> = { rate: "Rate", errors: "Errors", p95: "p95", mtls: "mTLS" };

export interface TopologyToolbarProps {
  readonly state: TopologyState;
  readonly connection: "live" | "connecting" | "lost";
  readonly isPaused: boolean;
  readonly onPause: (isPaused: boolean) => void;
}

export function TopologyToolbar({ state, connection, isPaused, onPause }: TopologyToolbarProps) {
  return (
    <div
      role="toolbar"
      aria-label="Topology"
      className="flex shrink-0 flex-wrap items-center gap-2 border-line border-b bg-surface px-4 py-2"
    >
      <Segmented
        label="View"
        testId="topology-view"
        value={state.view}
        onValueChange={state.setView}
        options={GRAPH_VIEWS.map((value) => ({ value, label: VIEW_WORD[value] }))}
      />
      <Segmented
        label="Shown as"
        testId="topology-as"
        value={state.asTable ? "table" : "graph"}
        onValueChange={(value) => state.setAsTable(value === "table")}
        options={[
          {
            value: "graph",
            label: (
              <>
                <Network aria-hidden /> Graph
              </>
            ),
          },
          {
            value: "table",
            label: (
              <>
                <Table2 aria-hidden /> Table
              </>
            ),
          },
        ]}
      />
      <SearchInput
        label="Find name, namespace, health"
        className="w-60"
        value={state.find}
        onValueChange={state.setFind}
      />
      <div className="ml-auto flex items-center gap-2">
        {state.asTable ? null : (
          <SegmentedMany
            label="Figures on edges"
            testId="topology-labels"
            values={state.labels}
            onValuesChange={state.setLabels}
            options={EDGE_LABELS.map((value) => ({
              value,
              label:
                value === "mtls" ? (
                  <>
                    <Lock aria-hidden /> mTLS
                  </>
                ) : (
                  LABEL_WORD[value]
                ),
            }))}
          />
        )}
        <LiveMark connection={connection} isPaused={isPaused} />
        <IconButton label={isPaused ? "Go on" : "Hold still"} isPressed={isPaused} onClick={() => onPause(!isPaused)}>
          {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </IconButton>
      </div>
    </div>
  );
}

const LIVE_LOOK = {
  live: { word: "Live", dot: "bg-ok" },
  connecting: { word: "Connecting", dot: "bg-warn" },
  lost: { word: "Connection lost", dot: "bg-bad" },
} as const;

function LiveMark({
  connection,
  isPaused,
}: {
  readonly connection: keyof typeof LIVE_LOOK;
  readonly isPaused: boolean;
}) {
  const { word, dot } = isPaused ? { word: "Held", dot: "bg-idle" } : LIVE_LOOK[connection];
  return (
    <span
      role="status"
      data-testid="live"
      className="inline-flex items-center gap-1.5 whitespace-nowrap text-muted text-xs"
    >
      <span aria-hidden className={cx("size-2 rounded-full", dot)} />
      {word}
    </span>
  );
}
