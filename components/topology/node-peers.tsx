"use client";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { edgesOf } from "#components/topology/edges-of.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { type DisplayEdge, type DisplayGraph, type DisplayNode, nodeTitle } from "#core/graph/display-graph.ts";

/** Callers and callees; each leads to its edge. */
export function NodePeers({
  node,
  graph,
  onSelect,
}: {
  readonly node: DisplayNode;
  readonly graph: DisplayGraph;
  readonly onSelect: (id: string) => void;
}) {
  const { into, out } = edgesOf(graph, node.id);
  const names = new Map(graph.nodes.map((node) => [node.id, nodeTitle(node)]));
  return (
    <>
      <Peers title="Callers" edges={into} nameOf={({ source }) => names.get(source) ?? source} onSelect={onSelect} />
      <Peers title="Calls" edges={out} nameOf={({ target }) => names.get(target) ?? target} onSelect={onSelect} />
    </>
  );
}

function Peers({
  title,
  edges,
  nameOf,
  onSelect,
}: {
  readonly title: string;
  readonly edges: readonly DisplayEdge[];
  readonly nameOf: (edge: DisplayEdge) => string;
  readonly onSelect: (id: string) => void;
}) {
  return (
    <PanelSection title={title}>
      {edges.length === 0 ? <p className="text-sm text-subtle">None in this range</p> : null}
      <ul className="-mx-2 flex flex-col">
        {edges.map((edge) => (
          <li key={edge.id} className="relative rounded-md px-2 py-1 hover:bg-hover">
            <div className="flex items-center gap-2">
              <HealthMark health={edge.health} />
              <button
                type="button"
                onClick={() => onSelect(edge.id)}
                className="min-w-0 flex-1 truncate rounded-sm text-left text-ink after:absolute after:inset-0"
              >
                {nameOf(edge)}
              </button>
              <span className="tabular shrink-0 text-muted text-xs">
                {formatRate(edge.requestsPerSecond)}/s
                {edge.errorPercent > 0 ? ` · ${formatPercent(edge.errorPercent)} err` : ""}
              </span>
            </div>
            {edge.deniedBy.length === 0 ? null : (
              <div className="mt-1 flex flex-wrap gap-1 pl-5.5">
                <DeniedBy refs={edge.deniedBy} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}
