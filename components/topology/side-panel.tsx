"use client";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { DisplayGraph } from "#components/topology/display-graph.ts";
import type { EdgeHistory } from "#components/topology/edge-history.ts";
import { EdgePanel } from "#components/topology/edge-panel.tsx";
import { NodePanel } from "#components/topology/node-panel.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";

export interface SidePanelProps {
  readonly graph: DisplayGraph;
  readonly selected: string | null;
  readonly history: EdgeHistory;
  readonly onSelect: (id: string | null) => void;
}

/** What is chosen in the graph or the table; nothing when nothing is. */
export function SidePanel({ graph, selected, history, onSelect }: SidePanelProps) {
  const node = graph.nodes.find(({ id }) => id === selected);
  const edge = graph.edges.find(({ id }) => id === selected);
  if (node !== undefined)
    return (
      <Frame label={`Node ${node.name}`} onClose={() => onSelect(null)}>
        <NodePanel node={node} graph={graph} onSelect={onSelect} />
      </Frame>
    );
  if (edge !== undefined)
    return (
      <Frame label="Edge" onClose={() => onSelect(null)}>
        <EdgePanel edge={edge} graph={graph} history={history} onSelect={onSelect} />
      </Frame>
    );
  return selected === null ? null : (
    <Frame label="Gone" onClose={() => onSelect(null)}>
      <p className="p-4 text-muted text-sm">
        What was chosen had no traffic in this range, or is inside a closed namespace.
      </p>
    </Frame>
  );
}

function Frame({
  label,
  onClose,
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <aside
      aria-label={label}
      data-testid="side-panel"
      className="relative w-96 shrink-0 overflow-y-auto border-line border-l bg-surface max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-80 max-lg:shadow-raised"
    >
      <div className="absolute top-3 right-3">
        <IconButton size="sm" label="Close" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </div>
      {children}
    </aside>
  );
}
