import { applyPatch, structuredPatch } from "diff";
import { openDocument } from "#core/form/open-document.ts";
import { type RebaseResult, rebaseDocument } from "#core/form/rebase-document.ts";

/**
 * My changes on top of theirs. Line by line where they touch different places, which keeps the comments of both; value
 * by value where they are close.
 */
export function mergeTexts(base: string, mine: string, theirs: string): RebaseResult {
  const byLines = applyPatch(theirs, structuredPatch("base", "mine", base, mine), { fuzzFactor: 0 });
  if (typeof byLines === "string" && openDocument(byLines).kind === "open")
    return { kind: "rebased", text: byLines, overlaps: [] };
  return rebaseDocument(base, mine, theirs);
}
