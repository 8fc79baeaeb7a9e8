"use client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { DraftBase } from "#components/editor/draft-base.ts";
import {
  clearStoredDraft,
  readStoredDraft,
  type StoredDraft,
  writeStoredDraft,
} from "#components/editor/stored-draft.ts";
import { PharosError } from "#core/errors.ts";
import { type OpenDocument, openDocument } from "#core/form/open-document.ts";
import { type DocumentEdit, editDocument } from "#core/resource/edit-document.ts";

export interface Draft {
  readonly base: DraftBase;
  readonly text: string;
  readonly document: OpenDocument;
  readonly isChanged: boolean;
  /** New, and as the template made it. */
  readonly isPristine: boolean;
  /** True when text of an earlier visit was taken up. */
  readonly isRestored: boolean;
  /** Why the last edit by form could not be made. */
  readonly editProblem: string | null;
  /** What the page was opened for is not in the text, for an earlier edit stands there; null once it was chosen. */
  readonly offer: DraftOffer | null;
  setText(text: string): void;
  edit(edits: readonly DocumentEdit[]): void;
  /** Goes on from another base: someone else's version. */
  rebase(base: DraftBase, text: string): void;
  /** Back to what the edit began from. */
  discard(): void;
  /** Forgets the stored copy: it was applied. */
  forget(): void;
}

export type DraftOffer =
  | {
      readonly kind: "open";
      /** Adds it to the earlier edit; null where it cannot be, or would be no other text. */
      readonly add: (() => void) | null;
      /** Begins it without the earlier edit. */
      readonly replace: () => void;
      readonly keep: () => void;
    }
  | {
      readonly kind: "replaced";
      /** Back to the earlier edit. */
      readonly restore: () => void;
    };

export type Proposal = (text: string) => string;

const asItIs: Proposal = (text) => text;

/** The one document that form and YAML show; `propose`: what the page was opened to make of it. Kept in the tab's storage as it changes, so that no reload loses it. In the browser alone. */
export function useDraft(storageKey: string, initial: DraftBase, propose: Proposal = asItIs): Draft {
  const [begun] = useState(() => propose(initial.text));
  // Read before anything is drawn: what the server holds must not be seen first, and then be replaced.
  const [stored] = useState(() => findStoredDraft(storageKey, begun));
  const [base, setBase] = useState(stored?.base ?? initial);
  const [text, setTextState] = useState(stored?.text ?? begun);
  // The newest state of the resource that is known: where discarding leads.
  const fresh = useRef(initial);
  // Two edits before the next render build on each other.
  const latest = useRef(text);
  const change = useCallback((next: string) => {
    latest.current = next;
    setTextState(next);
  }, []);
  const [isRestored, setIsRestored] = useState(stored !== null);
  const [editProblem, setEditProblem] = useState<string | null>(null);
  const [choice, setChoice] = useState<"open" | "made" | StoredDraft>(
    stored !== null && begun !== initial.text ? "open" : "made",
  );

  const isTouched = text !== base.text;
  // What was only proposed is nobody's work: kept, it would stand in the way of the next proposal.
  const isKept = isTouched && text !== begun;
  useEffect(() => {
    if (isKept) writeStoredDraft(storageKey, { base, text });
    else clearStoredDraft(storageKey);
  }, [storageKey, base, text, isKept]);

  const take = (next: StoredDraft, then: typeof choice) => {
    setBase(next.base);
    change(next.text);
    setEditProblem(null);
    setChoice(then);
  };
  const document = useMemo(() => openDocument(text), [text]);
  const edit = useCallback(
    (edits: readonly DocumentEdit[]) => {
      try {
        change(editDocument(latest.current, edits));
        setEditProblem(null);
      } catch (error) {
        setEditProblem(PharosError.from(error).message);
      }
    },
    [change],
  );

  return {
    base,
    text,
    document,
    isChanged: base.ref === null || isTouched,
    isPristine: base.ref === null && !isTouched,
    isRestored,
    editProblem,
    offer: describeOffer(),
    setText: useCallback(
      (next: string) => {
        setEditProblem(null);
        change(next);
      },
      [change],
    ),
    edit,
    rebase: useCallback(
      (next: DraftBase, merged: string) => {
        fresh.current = next;
        setIsRestored(false);
        setBase(next);
        change(merged);
      },
      [change],
    ),
    discard: useCallback(() => {
      clearStoredDraft(storageKey);
      setBase(fresh.current);
      change(fresh.current.text);
      setIsRestored(false);
      setEditProblem(null);
      setChoice("made");
    }, [storageKey, change]),
    forget: useCallback(() => clearStoredDraft(storageKey), [storageKey]),
  };

  function describeOffer(): DraftOffer | null {
    if (choice === "made") return null;
    if (choice !== "open") return { kind: "replaced", restore: () => take(choice, "open") };
    const added = document.kind === "open" ? propose(text) : text;
    return {
      kind: "open",
      add: added === text ? null : () => take({ base, text: added }, "made"),
      replace: () => take({ base: fresh.current, text: begun }, { base, text }),
      keep: () => setChoice("made"),
    };
  }
}

/** One that differs from what it began from, and from what is proposed anyway. */
function findStoredDraft(key: string, begun: string): StoredDraft | null {
  const stored = readStoredDraft(key);
  return stored === null || stored.text === stored.base.text || stored.text === begun ? null : stored;
}
