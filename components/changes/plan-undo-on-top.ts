import { mergeTexts } from "#components/editor/merge-texts.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { ChangedResource, ResourceSummary, RevisionDetail } from "#core/view/config.ts";

/** A resource that changed again after the revision. */
export interface ChangedSince {
  readonly ref: string;
  /** Empty where both changed different places. */
  readonly overlaps: readonly string[];
}

export interface RevertPlan {
  readonly changes: readonly ConfigChange[];
  /** Resources in which later changes stay as they are, but for the overlaps. */
  readonly merged: readonly ChangedSince[];
  /** What stands in the way; then nothing is to be done. */
  readonly blocked: readonly { readonly ref: string; readonly reason: string }[];
}

/** Resources of the revision whose text now is needed to take it back: those that changed again since. */
export function changedSince(revision: RevisionDetail, current: readonly ResourceSummary[]): string[] {
  const versions = new Map(current.map(({ ref, resourceVersion }) => [ref, resourceVersion]));
  return revision.changed
    .filter(({ ref, op }) => versions.get(ref) !== (op === "deleted" ? undefined : revision.revision))
    .map(({ ref }) => ref);
}

/**
 * Takes back what one revision did and leaves in place what came after it: a resource that nobody touched since gets its
 * text of before; in one that changed since, only the places that the revision changed go back.
 */
export function planUndoOnTop(
  revision: RevisionDetail,
  current: readonly ResourceSummary[],
  /** Of the resources that `changedSince` names; those that are gone are absent. */
  textsNow: ReadonlyMap<string, string>,
): RevertPlan {
  const later = new Set(changedSince(revision, current));
  const versions = new Map(current.map(({ ref, resourceVersion }) => [ref, resourceVersion]));
  const plan = {
    changes: [] as ConfigChange[],
    merged: [] as ChangedSince[],
    blocked: [] as { ref: string; reason: string }[],
  };
  for (const change of revision.changed) {
    const { ref, before } = change;
    const expectedVersion = versions.get(ref);
    const version = expectedVersion === undefined ? {} : { expectedVersion };
    if (!later.has(ref)) {
      plan.changes.push(
        before === undefined ? { op: "delete", ref, ...version } : { op: "upsert", text: before, ...version },
      );
      continue;
    }
    const merged = mergeBack(change, textsNow.get(ref));
    if (merged.kind === "impossible") plan.blocked.push({ ref, reason: merged.reason });
    else {
      plan.changes.push({ op: "upsert", text: merged.text, ...version });
      plan.merged.push({ ref, overlaps: merged.overlaps });
    }
  }
  return plan;
}

function mergeBack({ op, before, after }: ChangedResource, now: string | undefined): ReturnType<typeof mergeTexts> {
  if (op === "created" && now !== undefined)
    return { kind: "impossible", reason: "it was changed since it was made, and would be deleted with those changes" };
  if (op === "deleted") return { kind: "impossible", reason: "it was made again since" };
  if (now === undefined) return { kind: "impossible", reason: "it was deleted since" };
  return mergeTexts(after ?? "", before ?? "", now);
}
