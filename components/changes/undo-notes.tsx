import Link from "next/link";
import type { RevertPlan } from "#components/changes/plan-undo-on-top.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** Says that a resource changed again after the revision, and what becomes of the later changes. */
export function MergedNote({ merged }: Pick<RevertPlan, "merged">) {
  const overlaps = merged.flatMap((each) => each.overlaps);
  return (
    <Notice
      tone={overlaps.length === 0 ? "accent" : "warn"}
      role="status"
      className="mb-4"
      title={overlaps.length === 0 ? "Later changes stay" : "A later revision changed the same places"}
    >
      <Refs refs={merged.map(({ ref }) => ref)} /> changed again after this revision.{" "}
      {overlaps.length === 0 ? (
        "Only the places that this revision changed go back."
      ) : (
        <>
          <span className="break-all font-mono text-xs">{overlaps.join(", ")}</span>{" "}
          {overlaps.length === 1 ? "goes" : "go"} back to before this revision, over what came later; every other later
          change stays.
        </>
      )}
    </Notice>
  );
}

interface UndoBlockedProps extends Pick<RevertPlan, "blocked"> {
  readonly revision: number;
  readonly onCancel: () => void;
}

/** Why a revision cannot be taken back by itself, and the ways that are left. */
export function UndoBlocked({ revision, blocked, onCancel }: UndoBlockedProps) {
  return (
    <Notice
      tone="warn"
      role="alert"
      title={`Revision ${revision} cannot be undone by itself`}
      actions={<Button onClick={onCancel}>Back to the revision</Button>}
    >
      <ul className="mb-1">
        {blocked.map(({ ref, reason }) => (
          <li key={ref}>
            <Refs refs={[ref]} />: {reason}.
          </li>
        ))}
      </ul>
      Undo the later revisions first, newest first, or edit the resource by hand.
    </Notice>
  );
}

/** Resources, each leading to its history. */
function Refs({ refs }: { readonly refs: readonly string[] }) {
  return refs.map((ref, index) => (
    <span key={ref}>
      {index === 0 ? "" : ", "}
      <Link href={`/changes?ref=${encodeURIComponent(ref)}`} className="text-accent-text underline">
        {ref}
      </Link>
    </span>
  ));
}
