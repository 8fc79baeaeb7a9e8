"use client";
import { readStoredDraft } from "#components/editor/stored-draft.ts";

export interface UnsavedEdit {
  readonly name: string;
  readonly text: string;
}

const PREFIX = "pharos-draft:";

/** Edits that were begun in this browser's tab and not applied. */
export function listDrafts(): UnsavedEdit[] {
  try {
    return Object.keys(sessionStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length))
      .flatMap((name) => {
        const draft = readStoredDraft(name);
        return draft === null ? [] : [{ name, text: draft.text }];
      });
  } catch {
    return [];
  }
}
