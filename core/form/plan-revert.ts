import type { ConfigChange } from "#core/resource/config-change.ts";

/** What a revision did, with each resource as it was before. */
interface PastRevision {
  readonly revision: number;
  readonly changed: readonly { readonly ref: string; readonly before?: string }[];
}

/** A resource there is, and the revision that last wrote it. */
interface CurrentResource {
  readonly ref: string;
  readonly resourceVersion: number;
}

/** The changes that take back exactly what a revision did: for a preview; the server's `undo` does the same. */
export function planUndo(revision: PastRevision, current: readonly CurrentResource[]): ConfigChange[] {
  return planBack([revision], current);
}

/**
 * The changes that bring back the state as of a revision, from all revisions after it: each resource as it was before
 * the first of them that touched it.
 */
export function planRollback(later: readonly PastRevision[], current: readonly CurrentResource[]): ConfigChange[] {
  return planBack(later, current);
}

function planBack(revisions: readonly PastRevision[], current: readonly CurrentResource[]): ConfigChange[] {
  const versions = new Map(current.map(({ ref, resourceVersion }) => [ref, resourceVersion]));
  const before = new Map<string, string | undefined>();
  for (const { changed } of [...revisions].sort((left, right) => left.revision - right.revision))
    for (const change of changed) if (!before.has(change.ref)) before.set(change.ref, change.before);
  return [...before].flatMap(([ref, text]): ConfigChange[] => {
    const expectedVersion = versions.get(ref);
    const version = expectedVersion === undefined ? {} : { expectedVersion };
    if (text !== undefined) return [{ op: "upsert", text, ...version }];
    // Made since, and gone again: nothing to take back.
    return expectedVersion === undefined ? [] : [{ op: "delete", ref, ...version }];
  });
}
