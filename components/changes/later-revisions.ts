import type { RevisionSummary } from "#core/view/config.ts";

/**
 * The revisions whose documents tell the state as of `revision`: for each resource touched since, the first that touched
 * it. `history` holds all revisions after it.
 */
export function revisionsToRead(revision: number, history: readonly RevisionSummary[]): number[] {
  const first = new Map<string, number>();
  for (const { revision: number, changed } of history) {
    if (number <= revision) continue;
    for (const { ref } of changed) first.set(ref, Math.min(number, first.get(ref) ?? Number.POSITIVE_INFINITY));
  }
  return [...new Set(first.values())].sort((left, right) => left - right);
}
