import { diffValues } from "#core/form/diff-values.ts";
import { openDocument } from "#core/form/open-document.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import { formatPath, isWithin } from "#core/schema/path.ts";

export type RebaseResult =
  /** `overlaps`: paths that both changed, each to something else; mine stands there. */
  | { readonly kind: "rebased"; readonly text: string; readonly overlaps: readonly string[] }
  | { readonly kind: "impossible"; readonly reason: string };

/** Puts what I changed since `base` into what someone else made of it. Their comments stay. */
export function rebaseDocument(base: string, mine: string, theirs: string): RebaseResult {
  const [old, own, other] = [openDocument(base), openDocument(mine), openDocument(theirs)];
  if (own.kind !== "open") return { kind: "impossible", reason: "your text is not a single YAML document" };
  if (old.kind !== "open" || other.kind !== "open")
    return { kind: "impossible", reason: "the other text is not a single YAML document" };
  const changed = diffValues(old.value, own.value);
  const theirChanges = diffValues(old.value, other.value);
  const overlaps = changed
    .filter((edit) => theirChanges.some((each) => isWithin(edit.path, each.path) || isWithin(each.path, edit.path)))
    .filter((edit) => !theirChanges.some((each) => JSON.stringify(each) === JSON.stringify(edit)))
    .map(({ path }) => formatPath(path));
  try {
    return { kind: "rebased", text: editDocument(theirs, changed), overlaps };
  } catch (error) {
    return { kind: "impossible", reason: error instanceof Error ? error.message : String(error) };
  }
}
