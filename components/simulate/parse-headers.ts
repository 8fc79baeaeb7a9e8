/** A header a line, `name: value`, as curl takes them. */
export function parseHeaders(text: string): {
  readonly headers: [string, string][];
  /** The first line that is none; null where all are. */
  readonly wrong: string | null;
} {
  const headers: [string, string][] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const [, name, value] = /^\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return { headers, wrong: line.trim() };
    headers.push([name, value]);
  }
  return { headers, wrong: null };
}
