import type { Path, PathSegment } from "#core/schema/path.ts";

/** Where a cursor is in a document that need not be YAML yet: people complete what is not finished. */
export interface PlaceInYaml {
  /** Of the object, or of the list, that holds what is written here; positions in lists are all 0. */
  readonly parent: Path;
  /** The name that is written before the colon; undefined where the cursor is in a name itself, or in an item of a list. */
  readonly key: string | undefined;
  /** What is written of the name or value, up to the cursor. */
  readonly written: string;
  /** Names that the object has already, the one at the cursor left out. */
  readonly siblings: readonly string[];
}

interface Line {
  /** Columns of the dashes before anything else. */
  readonly dashes: readonly number[];
  /** Where the first word begins. */
  readonly column: number;
  readonly key: string | undefined;
  /** A key with nothing behind it: what it holds comes below. */
  readonly isOpen: boolean;
}

const LINE = /^(\s*)((?:-\s+)*)(?:(-)$)?(?:("(?:[^"\\]|\\.)*"|[^\s#'"{}[\],:][^#:]*?)\s*:(?=\s|$)\s*(.*))?/;

function readLine(text: string): Line | undefined {
  if (/^\s*(?:#|$)/.test(text)) return undefined;
  const [, space = "", dashed = "", lone, key, rest = ""] = LINE.exec(text) ?? [];
  const marks = dashed + (lone ?? "");
  return {
    dashes: [...marks].flatMap((char, at) => (char === "-" ? [space.length + at] : [])),
    column: space.length + dashed.length,
    key: key?.replaceAll('"', ""),
    isOpen: /^(?:#.*)?$/.test(rest),
  };
}

/** In block style, by indentation; null in a comment, and within braces and brackets. */
export function placeInYaml(text: string, offset: number): PlaceInYaml | null {
  const before = text.slice(0, offset);
  const above = before.split("\n");
  const current = above.pop() ?? "";
  if (/(?:^|\s)#|[{}[\]]/.test(current)) return null;
  const here = readLine(current) ?? { dashes: [], column: current.length, key: undefined, isOpen: true };
  const below = text.slice(offset).split("\n").slice(1);
  const value = /:\s+(.*)$/.exec(current.slice(here.column));
  return {
    parent: parentOf(above, here),
    key: here.key,
    written: here.key === undefined ? current.slice(here.column) : (value?.[1] ?? ""),
    siblings: siblingsOf(above, below, here),
  };
}

/** The path of the document's line, its own key with it; undefined where it has none. */
export function pathOfLine(text: string, line: number): Path | undefined {
  const lines = text.split("\n");
  const here = readLine(lines[line] ?? "");
  return here?.key === undefined ? undefined : [...parentOf(lines.slice(0, line), here), here.key];
}

function parentOf(above: readonly string[], { dashes, column }: Line): Path {
  const path: PathSegment[] = dashes.map(() => 0);
  // What opens this is a name further to the left, or one as far left as the dash of a list.
  let limit = dashes[0] === undefined ? column : dashes[0] + 1;
  let isItem = dashes.length > 0;
  for (const text of above.toReversed()) {
    if (limit === 0 || text.startsWith("---")) break;
    const line = readLine(text);
    if (line === undefined) continue;
    const [dash] = line.dashes;
    if (line.key !== undefined && line.isOpen && line.column < limit)
      path.unshift(...line.dashes.map(() => 0), line.key);
    // The first line of the item that this is further down in.
    else if (!isItem && dash !== undefined && dash < limit) path.unshift(...line.dashes.map(() => 0));
    else continue;
    limit = dash === undefined ? line.column : dash + 1;
    isItem = dash !== undefined;
  }
  return path;
}

function siblingsOf(above: readonly string[], below: readonly string[], { column, dashes }: Line): string[] {
  const names: string[] = [];
  const collect = (lines: readonly string[], isAbove: boolean) => {
    for (const text of lines) {
      if (text.startsWith("---")) return;
      const line = readLine(text);
      if (line === undefined) continue;
      const begins = line.dashes.length > 0 ? (line.dashes[0] ?? 0) : line.column;
      // A dash begins the item: below it is another's, above it is the first line of this one.
      if (line.dashes.length > 0 && begins < column && !isAbove) return;
      if (line.column === column && line.key !== undefined) names.push(line.key);
      if (begins < column) return;
    }
  };
  if (dashes.length === 0) collect(above.toReversed(), true);
  collect(below, false);
  return names;
}
