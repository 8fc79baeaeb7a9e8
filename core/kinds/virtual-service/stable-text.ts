/** The same for values that differ in the order of their members alone. */
export function stableText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
