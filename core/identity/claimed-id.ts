const CHARS_MAX = 300;

/** Who a caller says it is, proven or not: what an audit line calls one who was refused. */
export function claimedId({
  certificate,
}: {
  readonly certificate: { readonly uris: readonly string[] } | null;
}): string {
  return certificate?.uris[0]?.slice(0, CHARS_MAX) ?? "unknown";
}
