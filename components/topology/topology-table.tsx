"use client";
import { millisScale, percentScale, rateScale } from "#components/format/figure-scale.ts";
import { AnyLength, NameInNamespace } from "#components/ui/any-length.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { MtlsLock } from "#components/ui/mtls-lock.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { type DisplayEdge, type DisplayGraph, type DisplayNode, nodeTitle } from "#core/graph/display-graph.ts";

export interface TopologyTableProps {
  readonly graph: DisplayGraph;
  readonly found: ReadonlySet<string> | null;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

/** The same graph, edge by edge. Beside the panel there is room for who, whom and how well; the panel says the rest. */
export function TopologyTable({ graph, found, selected, onSelect }: TopologyTableProps) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const rows = graph.edges.filter(({ source, target }) => found === null || found.has(source) || found.has(target));
  const touched = new Set(graph.edges.flatMap(({ source, target }) => [source, target]));
  const lone = graph.nodes.filter(({ id }) => !touched.has(id) && (found === null || found.has(id)));
  return (
    <div className="min-w-0 flex-1 overflow-y-auto bg-surface">
      <DataTable
        label="Traffic between nodes"
        testId="topology-table"
        columns={buildColumns(nodes)}
        rows={rows}
        rowKey={({ id }) => id}
        onRowSelect={({ id }) => onSelect(id === selected ? null : id)}
        selectedKey={selected}
        defaultSort={{ column: "health", isDescending: false }}
        empty={
          <p className="p-6 text-center text-muted text-sm">
            {found === null ? "No requests between nodes in this range." : "Nothing matches the search."}
          </p>
        }
      />
      {lone.length === 0 ? null : (
        <p className="border-line border-t px-4 py-3 text-muted text-sm">
          Without traffic: {lone.map(nodeTitle).join(", ")}
        </p>
      )}
    </div>
  );
}

const TROUBLE = { failure: 0, degraded: 1, unknown: 2, idle: 3, healthy: 4 } as const;

function buildColumns(nodes: ReadonlyMap<string, DisplayNode>): readonly Column<DisplayEdge>[] {
  const name = (id: string) => {
    const node = nodes.get(id);
    return node === undefined ? id : nodeTitle(node);
  };
  return [
    {
      id: "source",
      header: "Source",
      sortValue: ({ source }) => name(source),
      cell: ({ source }) => <NodeName node={nodes.get(source)} id={source} />,
    },
    {
      id: "target",
      header: "Target",
      sortValue: ({ target }) => name(target),
      cell: ({ target }) => <NodeName node={nodes.get(target)} id={target} />,
    },
    {
      ...figureColumn<DisplayEdge>("rate", "Requests/s", ({ requestsPerSecond }) => requestsPerSecond, rateScale),
      hideBelow: "md",
    },
    {
      ...figureColumn<DisplayEdge>("errors", "Errors", ({ errorPercent }) => errorPercent, percentScale),
      hideBelow: "md",
    },
    { ...figureColumn<DisplayEdge>("p95", "p95", ({ p95Ms }) => p95Ms, millisScale), hideBelow: "lg" },
    {
      id: "mtls",
      header: "mTLS",
      align: "end",
      hideBelow: "lg",
      sortValue: ({ mtlsPercent }) => mtlsPercent,
      cell: ({ mtlsPercent }) => <MtlsLock percent={mtlsPercent} />,
    },
    {
      id: "health",
      header: "Health",
      sortValue: ({ health }) => TROUBLE[health.status],
      cell: ({ health }) => <HealthMark health={health} withWord />,
    },
    {
      id: "denied",
      header: "Denied by",
      hideBelow: "md",
      sortValue: ({ deniedBy }) => deniedBy[0] ?? null,
      cell: ({ deniedBy }) =>
        deniedBy.length === 0 ? <span className="text-subtle">–</span> : <DeniedBy refs={deniedBy} />,
    },
  ];
}

function NodeName({ node, id }: { readonly node: DisplayNode | undefined; readonly id: string }) {
  if (node === undefined) return <AnyLength text={id} />;
  // Who has no certificate has neither name nor namespace.
  if (node.kind === "unknown") return "unknown";
  return (
    <NameInNamespace name={nodeTitle(node)} namespace={node.kind === "namespace" ? "namespace" : node.namespace} />
  );
}
