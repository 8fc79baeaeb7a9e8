/** Paths of fields that are written one a line. */
export function fieldLines(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
