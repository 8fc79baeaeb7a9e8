import { diffWordsWithSpace } from "diff";
import { type DiffRow, splitRows } from "#components/editor/build-diff-rows.ts";

/** A stretch of a line; what differs from the line beside it stands out. */
export interface LinePiece {
  readonly text: string;
  readonly isChanged: boolean;
}

/** Lines with less in common than this are other lines, not edited ones. */
const COMMON_SHARE_MIN = 1 / 3;
/** Beyond it a line is no longer read word by word. */
const LINE_LENGTH_MAX = 500;

/** Of each removed line and the added one that took its place: the words that differ. Lines that have nothing to mark are left out. */
export function markWords(rows: readonly DiffRow[]): ReadonlyMap<DiffRow, readonly LinePiece[]> {
  const marks = new Map<DiffRow, readonly LinePiece[]>();
  for (const { left, right } of splitRows(rows)) {
    if (left?.kind !== "removed" || right?.kind !== "added") continue;
    if (Math.max(left.text.length, right.text.length) > LINE_LENGTH_MAX) continue;
    const words = diffWordsWithSpace(left.text, right.text);
    const common = words.reduce(
      (sum, { value, added, removed }) => sum + (added || removed ? 0 : value.trim().length),
      0,
    );
    if (common < COMMON_SHARE_MIN * Math.max(left.text.trim().length, right.text.trim().length)) continue;
    const side = (other: "added" | "removed"): LinePiece[] =>
      words.flatMap((word) => (word[other] ? [] : [{ text: word.value, isChanged: word.added || word.removed }]));
    marks.set(left, side("added"));
    marks.set(right, side("removed"));
  }
  return marks;
}
