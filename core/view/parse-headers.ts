const HEADER = /^\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*?)\s*$/;

/** `name: value`, as curl takes it; undefined for what is none. */
export function parseHeader(line: string): [string, string] | undefined {
  const [, name, value] = HEADER.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** A header a line; lines that are empty say nothing. */
export function parseHeaders(text: string): {
  readonly headers: [string, string][];
  /** The first line that is none; null where all are. */
  readonly wrong: string | null;
} {
  const headers: [string, string][] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const header = parseHeader(line);
    if (header === undefined) return { headers, wrong: line.trim() };
    headers.push(header);
  }
  return { headers, wrong: null };
}
