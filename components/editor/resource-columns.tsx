import { ProblemBadge } from "#components/editor/problem-badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { ResourceSummary } from "#core/view/config.ts";

const RANK = { error: 2, warning: 1, info: 0 } as const;

const COLUMNS = {
  name: { id: "name", header: "Name", cell: ({ name }) => name, sortValue: ({ name }) => name },
  kind: {
    id: "kind",
    header: "Kind",
    cell: ({ kind }) => <span className="text-muted">{kind}</span>,
    sortValue: ({ kind }) => kind,
  },
  namespace: {
    id: "namespace",
    header: "Namespace",
    cell: ({ namespace }) => namespace,
    sortValue: ({ namespace }) => namespace,
  },
  hosts: {
    id: "hosts",
    header: "Hosts",
    hideBelow: "lg",
    cell: ({ hosts }) => (
      <span
        className="line-clamp-2 min-w-32 max-w-64 font-mono text-muted text-xs [overflow-wrap:anywhere]"
        title={hosts.join("\n")}
      >
        {hosts.join(", ") || "–"}
      </span>
    ),
    sortValue: ({ hosts }) => hosts[0] ?? null,
  },
  effect: {
    id: "effect",
    header: "What it does",
    hideBelow: "md",
    cell: ({ effect }) => <span className="block min-w-56 max-w-xl text-muted [overflow-wrap:anywhere]">{effect}</span>,
  },
  problems: {
    id: "problems",
    header: "Problems",
    cell: ({ diagnostics }) => <ProblemBadge diagnostics={diagnostics} />,
    sortValue: ({ diagnostics }) => -diagnostics.reduce((worst, { severity }) => Math.max(worst, RANK[severity]), 0),
  },
  changed: {
    id: "changed",
    header: "Changed",
    align: "end",
    hideBelow: "lg",
    cell: ({ updatedAt, author }) => (
      <span className="line-clamp-2 min-w-28 max-w-56 text-muted text-xs [overflow-wrap:anywhere]">
        <Ago at={updatedAt} /> by {author}
      </span>
    ),
    sortValue: ({ updatedAt }) => updatedAt,
  },
} as const satisfies Record<string, Column<ResourceSummary>>;

export type ResourceColumn = keyof typeof COLUMNS;

/** The chosen columns of a table of resources, in this order. */
export function buildResourceColumns(names: readonly ResourceColumn[]): Column<ResourceSummary>[] {
  return names.map((name) => COLUMNS[name]);
}
