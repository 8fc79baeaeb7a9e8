import type { DraftBase } from "#components/editor/draft-base.ts";

export interface StoredDraft {
  readonly base: DraftBase;
  readonly text: string;
}

const PREFIX = "pharos-draft:";

/** Null when there is none, or the browser gives no storage. */
export function readStoredDraft(key: string): StoredDraft | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "null") as StoredDraft | null;
    return typeof stored?.text === "string" && typeof stored.base?.text === "string" ? stored : null;
  } catch {
    return null;
  }
}

/** Keys of all that are stored in this tab; none where the browser gives no storage. */
export function listStoredDrafts(): string[] {
  try {
    return Object.keys(sessionStorage).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));
  } catch {
    return [];
  }
}

/** A browser that refuses to store only loses what a reload would. */
export function writeStoredDraft(key: string, draft: StoredDraft): void {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify(draft));
  } catch {
    // Full or forbidden: the draft lives in the page alone.
  }
}

export function clearStoredDraft(key: string): void {
  try {
    sessionStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was stored either.
  }
}
