"use client";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { EdgePanel } from "#components/topology/edge-panel.tsx";
import { NamespacePanel } from "#components/topology/namespace-panel.tsx";
import { NodePanel } from "#components/topology/node-panel.tsx";
import { summarizeNamespace } from "#components/topology/summarize-namespace.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { type DrawnGraph, namespaceOfId } from "#core/graph/display-graph.ts";

export interface SidePanelProps {
  readonly graph: DrawnGraph;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  readonly onNamespace: (namespace: string, isOpen: boolean) => void;
}

/** What is chosen in the graph or the table; nothing when nothing is. Escape closes it. */
export function SidePanel({ graph, selected, onSelect, onNamespace }: SidePanelProps) {
  if (selected === null) return null;
  const close = () => {
    onSelect(null);
    // The keyboard goes on where it came from.
    document.querySelector<HTMLElement>(`[data-node="${CSS.escape(selected)}"]`)?.focus();
  };
  const { view } = graph;
  const namespace = namespaceOfId(selected);
  const summary = namespace === undefined ? undefined : summarizeNamespace(graph, namespace);
  if (summary !== undefined) {
    return (
      <Frame label={`Namespace ${summary.namespace}`} onClose={close}>
        <NamespacePanel
          summary={summary}
          view={view}
          onToggle={() => onNamespace(summary.namespace, summary.isClosed)}
          onSelect={onSelect}
        />
      </Frame>
    );
  }
  const node = graph.nodes.find(({ id }) => id === selected);
  if (node !== undefined)
    return (
      <Frame label={`Node ${node.name}`} onClose={close}>
        <NodePanel node={node} graph={graph} view={view} onSelect={onSelect} />
      </Frame>
    );
  const edge = graph.edges.find(({ id }) => id === selected);
  if (edge !== undefined)
    return (
      <Frame label="Edge" onClose={close}>
        <EdgePanel edge={edge} graph={graph} view={view} onSelect={onSelect} />
      </Frame>
    );
  return (
    <Frame label="Gone" onClose={close}>
      <p className="p-4 pr-12 text-muted text-sm">
        What was chosen has no traffic in this range, or is inside a namespace that is closed up.
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
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
      className="relative w-96 shrink-0 overflow-y-auto border-line border-l bg-surface max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-80 max-lg:max-w-full max-lg:shadow-raised"
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
