"use client";
import { Network, Pause, Play, Table2 } from "lucide-react";
import { DisplayMenu } from "#components/topology/display-menu.tsx";
import { type Hit, nextHit } from "#components/topology/find-hits.ts";
import { MomentMenu } from "#components/topology/moment-menu.tsx";
import { GRAPH_VIEWS } from "#components/topology/parse-view.ts";
import { Shortcuts } from "#components/topology/shortcuts.tsx";
import type { Connection } from "#components/topology/use-live-graph.ts";
import type { TopologyState } from "#components/topology/use-topology-state.ts";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cx } from "#components/ui/cx.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { useShortcut } from "#components/ui/use-shortcut.ts";

const VIEW_WORD = { "versioned-app": "Versions", app: "Apps", service: "Services", workload: "Workloads" } as const;

export interface TopologyToolbarProps {
  readonly state: TopologyState;
  readonly connection: Connection;
  readonly isPaused: boolean;
  readonly onPause: (isPaused: boolean) => void;
  /** What the search found; null without one. */
  readonly hits: readonly Hit[] | null;
}

export function TopologyToolbar({ state, connection, isPaused, onPause, hits }: TopologyToolbarProps) {
  useShortcut("t", () => state.setAsTable(!state.asTable));
  useShortcut("p", () => onPause(!isPaused));
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
        className="w-60 max-xl:w-50"
        shortcut="/"
        value={state.find}
        onValueChange={state.setFind}
        onEnter={() => {
          const hit = hits === null ? null : nextHit(hits, state.selected);
          if (hit !== null) state.openHit(hit);
        }}
      />
      {hits === null ? null : (
        <span role="status" data-testid="found" className="text-muted text-xs">
          {hits.length === 0
            ? `Nothing matches "${state.find}"`
            : `${hits.length} found${hits.length > 1 ? "; Enter goes from one to the next" : "; Enter opens it"}`}
        </span>
      )}
      {state.find === "" ? null : (
        <Checkbox
          label="Only these"
          className="text-muted text-xs"
          isChecked={state.isOnlyFound}
          onChange={(isOn) => state.setFlag("only", isOn)}
        />
      )}
      <div className="ml-auto flex items-center gap-2">
        <LiveMark connection={connection} isPaused={isPaused} />
        <IconButton
          label={isPaused ? "Resume" : "Pause"}
          data-testid="pause"
          isPressed={isPaused}
          onClick={() => onPause(!isPaused)}
        >
          {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </IconButton>
        <MomentMenu state={state} />
        <DisplayMenu state={state} />
        <Shortcuts />
      </div>
    </div>
  );
}

const LIVE_LOOK = {
  live: { word: "Live", dot: "bg-ok" },
  connecting: { word: "Connecting", dot: "bg-idle" },
  reconnecting: { word: "Reconnecting", dot: "bg-warn" },
  lost: { word: "Connection lost", dot: "bg-bad" },
} as const;

function LiveMark({
  connection,
  isPaused,
}: {
  readonly connection: keyof typeof LIVE_LOOK;
  readonly isPaused: boolean;
}) {
  const { word, dot } = isPaused ? { word: "Paused", dot: "bg-idle" } : LIVE_LOOK[connection];
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
