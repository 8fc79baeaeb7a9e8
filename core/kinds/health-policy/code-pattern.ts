/** As Kiali reads codes: X is any digit. */
export function codePattern(written: string): string {
  return written.replace(/X/gi, "\\d");
}

/** What is counted, in a word or two. */
export function namePattern({
  code,
  flags,
}: {
  readonly code?: string | undefined;
  readonly flags?: string | undefined;
}): string {
  return [...(code === undefined ? [] : [code]), ...(flags === undefined ? [] : [`flags ${flags}`])].join(" ");
}
