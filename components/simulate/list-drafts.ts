import { listStoredDrafts, readStoredDraft } from "#components/editor/stored-draft.ts";

export interface UnsavedEdit {
  readonly name: string;
  readonly text: string;
}

/** Edits that were begun in this browser's tab and not applied. */
export function listDrafts(): UnsavedEdit[] {
  return listStoredDrafts().flatMap((name) => {
    const draft = readStoredDraft(name);
    return draft === null ? [] : [{ name, text: draft.text }];
  });
}
