/** One document of a stream, as it stands in the text. */
export interface DocumentText {
  readonly text: string;
  /** Of its first line in the stream, 1-based. */
  readonly line: number;
}

/**
 * Cuts a YAML stream at its `---` lines without parsing it, comments and all, so that one bad or huge document costs
 * the others nothing. Documents without content are left out.
 */
export function splitDocuments(stream: string): DocumentText[] {
  const text = stream.startsWith("\uFEFF") ? stream.slice(1) : stream;
  const documents: DocumentText[] = [];
  const separator = /^---(?=[ \t\r\n]|$)[ \t]*/gm;
  let start = 0;
  let line = 1;
  const push = (end: number) => {
    const part = text.slice(start, end);
    if (hasContent(part)) documents.push({ text: part, line });
  };
  for (let match = separator.exec(text); match !== null; match = separator.exec(text)) {
    push(match.index);
    line += countLines(text, start, match.index);
    start = match.index + match[0].length;
    // An empty rest of the `---` line is no part of the document.
    const lineEnd = /^\r?\n/.exec(text.slice(start, start + 2));
    if (lineEnd !== null) {
      start += lineEnd[0].length;
      line += 1;
    }
    separator.lastIndex = Math.max(start, separator.lastIndex);
  }
  push(text.length);
  return documents;
}

/** Anything but comments, directives, document ends and blanks. */
function hasContent(text: string): boolean {
  return /^[ \t]*[^\s#%.]/m.test(text) || /^[ \t]*\.(?!\.\.[ \t]*$)/m.test(text);
}

function countLines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
