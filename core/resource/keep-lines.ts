import { diffArrays } from "diff";

/** When more lines than this came or went the printed text is taken as it is: finding them takes 0.15 s then, and grows with the square. */
const EDITS_MAX = 1000;

/**
 * `before` and `after` are a text printed anew without and with a change. Answers `after` with every line that the
 * change did not touch as it stands in `source`: aligned comments, quotes and spacing survive the printing.
 */
export function keepLines(source: string, before: string, after: string): string {
  const sourceLines = source.split("\n");
  const beforeLines = before.split("\n");
  const afterLines = after.split("\n");
  if (sourceLines.length !== beforeLines.length) return after;
  let start = 0;
  while (start < beforeLines.length && start < afterLines.length && beforeLines[start] === afterLines[start])
    start += 1;
  let end = 0;
  const room = Math.min(beforeLines.length, afterLines.length) - start;
  while (end < room && beforeLines.at(-1 - end) === afterLines.at(-1 - end)) end += 1;
  const old = beforeLines.slice(start, beforeLines.length - end);
  const fresh = afterLines.slice(start, afterLines.length - end);
  const matches = matchLines(old, fresh);
  if (matches === undefined) return after;
  const middle = matches.map((index, position) => (index === undefined ? fresh[position] : sourceLines[start + index]));
  return [...sourceLines.slice(0, start), ...middle, ...sourceLines.slice(sourceLines.length - end)].join("\n");
}

/** For each fresh line, the old line it is, or undefined when it is new; undefined as a whole when they differ in too much. */
function matchLines(old: string[], fresh: string[]): (number | undefined)[] | undefined {
  const parts = diffArrays(old, fresh, { maxEditLength: EDITS_MAX });
  if (parts === undefined) return undefined;
  let at = 0;
  return parts.flatMap(({ added, removed, value }) => {
    if (added) return value.map(() => undefined);
    const first = at;
    at += value.length;
    return removed ? [] : value.map((_, index) => first + index);
  });
}
