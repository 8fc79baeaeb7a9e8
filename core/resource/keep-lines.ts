/** Above this many comparisons the printed text is taken as it is. */
const COMPARISONS_MAX = 4_000_000;

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
  if (old.length * fresh.length > COMPARISONS_MAX) return after;
  const middle = matchLines(old, fresh).map((index, position) =>
    index === undefined ? fresh[position] : sourceLines[start + index],
  );
  return [...sourceLines.slice(0, start), ...middle, ...sourceLines.slice(sourceLines.length - end)].join("\n");
}

/** For each fresh line, the old line it is (longest common subsequence), or undefined when it is new. */
function matchLines(old: readonly string[], fresh: readonly string[]): (number | undefined)[] {
  const width = fresh.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const matches: (number | undefined)[] = [];
  let i = 0;
  for (let j = 0; j < fresh.length; j += 1) {
    while (i < old.length && old[i] !== fresh[j] && at(i + 1, j) >= at(i, j + 1)) i += 1;
    if (i < old.length && old[i] === fresh[j]) {
      matches.push(i);
      i += 1;
    } else matches.push(undefined);
  }
  return matches;
}
