/** From the root of a document to a value: names, list positions, map keys. */
export type PathSegment = string | number;
export type Path = readonly PathSegment[];

const PLAIN = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/** `["spec","http",0,"match",0,"headers","end.user"]` → `spec.http[0].match[0].headers["end.user"]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (!PLAIN.test(segment)) text += `[${JSON.stringify(segment)}]`;
    else text += text === "" ? segment : `.${segment}`;
  }
  return text;
}

/** Whether a path is `around` itself or leads through it. */
export function isWithin(path: Path, around: Path): boolean {
  return around.every((segment, index) => path[index] === segment);
}

/** The inverse of `formatPath`; undefined when the text is no path. */
export function parsePath(text: string): Path | undefined {
  const path: PathSegment[] = [];
  const token = /\.?([A-Za-z_$][A-Za-z0-9_$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    if (match[1] !== undefined) path.push(match[1]);
    else if (match[2] !== undefined) path.push(Number(match[2]));
    else path.push(JSON.parse(match[3] ?? '""') as string);
  }
  return path;
}
