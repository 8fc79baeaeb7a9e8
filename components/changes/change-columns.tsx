import Link from "next/link";
import { FindingList } from "#components/changes/finding-list.tsx";
import { RolloutState } from "#components/changes/rollout-state.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { RevisionEffect } from "#core/traffic/revision-effect.ts";
import type { ChangedResource, RevisionSummary } from "#core/view/config.ts";

export const OP_TONE = { created: "ok", updated: "accent", deleted: "bad" } as const satisfies Record<
  ChangedResource["op"],
  Tone
>;

const SHOWN = 2;

/** What is known of revisions besides. */
export interface KnownOfChanges {
  readonly effects: ReadonlyMap<number, RevisionEffect>;
  /** Those that bear on the service that is asked about; null where none is. */
  readonly bearing: ReadonlySet<number> | null;
}

/** The history's table, newest first. */
export const buildChangeColumns = ({ effects, bearing }: KnownOfChanges): readonly Column<RevisionSummary>[] => [
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
  ...(bearing === null
    ? []
    : [
        {
          id: "bears",
          header: "Bears on it",
          cell: ({ revision }: RevisionSummary) =>
            bearing.has(revision) ? <Badge tone="accent">bears on it</Badge> : <span className="text-subtle">no</span>,
          sortValue: ({ revision }: RevisionSummary) => (bearing.has(revision) ? 0 : 1),
        },
      ]),
  {
    id: "objects",
    header: "Objects",
    hideBelow: "lg",
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
  { id: "effect", header: "Since then", cell: ({ revision }) => <Since effect={effects.get(revision)} /> },
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

const FINDINGS_SHOWN = 2;

function Since({ effect }: { readonly effect: RevisionEffect | undefined }) {
  if (effect === undefined) return <span className="text-subtle">–</span>;
  const { findings, silence, revision } = effect;
  if (findings.length === 0) return <span className="text-subtle">{silence === null ? "as before" : silence}</span>;
  return (
    <div className="min-w-44 max-w-96">
      <FindingList findings={findings} max={FINDINGS_SHOWN} />
      {findings.some(({ isWorse }) => isWorse === true) ? (
        <Link
          href={`/changes/${revision}?revert=undo`}
          className="relative z-1 inline-flex min-h-6 items-center text-accent-text text-xs underline"
        >
          Undo
        </Link>
      ) : null}
    </div>
  );
}
