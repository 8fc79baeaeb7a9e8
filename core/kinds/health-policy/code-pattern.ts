/** As Kiali reads codes: X is any digit. Not within a word: names of gRPC's statuses have it too. */
export function codePattern(written: string): string {
  return written.replace(/(?<![A-Z_\\])X+(?![A-Z_])/gi, (run) => "\\d".repeat(run.length));
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
