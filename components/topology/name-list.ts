/** A list in one URL parameter. */
export function parseNames(text: string | null | undefined): ReadonlySet<string> {
  return new Set((text ?? "").split(",").filter(Boolean));
}

export function formatNames(names: ReadonlySet<string>): string | null {
  return names.size === 0 ? null : [...names].sort().join(",");
}
