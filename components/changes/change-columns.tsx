import { RolloutState } from "#components/changes/rollout-state.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { ChangedResource, RevisionSummary } from "#core/view/config.ts";

export const OP_TONE = { created: "ok", updated: "accent", deleted: "bad" } as const satisfies Record<
  ChangedResource["op"],
  Tone
>;

const SHOWN = 2;

/** The history's table, newest first. */
export const CHANGE_COLUMNS: readonly Column<RevisionSummary>[] = [
  {
    id: "revision",
    header: "Revision",
    width: "6rem",
    cell: ({ revision }) => <span className="tabular">{revision}</span>,
    sortValue: ({ revision }) => revision,
  },
  {
    id: "reason",
    header: "Reason",
    cell: ({ reason }) =>
      reason === "" ? (
        <span className="text-subtle">no reason given</span>
      ) : (
        <span className="line-clamp-2 min-w-32 max-w-xl [overflow-wrap:anywhere]" title={reason}>
          {reason}
        </span>
      ),
  },
  {
    id: "objects",
    header: "Objects",
    hideBelow: "md",
    cell: ({ changed }) => (
      <ul className="flex flex-col gap-1 py-0.5">
        {changed.slice(0, SHOWN).map(({ ref, op }) => (
          <li key={ref} className="flex items-center gap-2">
            <Badge tone={OP_TONE[op]}>{op}</Badge>
            <span
              className="line-clamp-2 min-w-24 max-w-72 font-mono text-muted text-xs [overflow-wrap:anywhere]"
              title={ref}
            >
              {ref}
            </span>
          </li>
        ))}
        {changed.length > SHOWN ? <li className="text-subtle text-xs">and {changed.length - SHOWN} more</li> : null}
      </ul>
    ),
  },
  { id: "state", header: "Proxies", cell: ({ revision }) => <RolloutState revision={revision} /> },
  { id: "author", header: "Who", cell: ({ author }) => author, sortValue: ({ author }) => author },
  {
    id: "at",
    header: "When",
    align: "end",
    cell: ({ at }) => <Ago at={at} className="text-muted" />,
    sortValue: ({ at }) => at,
  },
];
