/** Readers of a document as it is while someone edits it: what has the wrong shape reads as absent, never as an error. */

export type LooseRecord = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): LooseRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as LooseRecord) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Numbers and booleans read as they would be written. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? `${value}` : "";
}
