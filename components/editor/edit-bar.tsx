"use client";
import { CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { countProblems } from "#components/editor/problem-at.ts";
import type { Check } from "#components/editor/use-check.ts";
import type { Draft } from "#components/editor/use-draft.ts";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import { type Diagnostic, hasErrors } from "#core/diagnostic.ts";

export interface EditBarProps {
  readonly draft: Draft;
  readonly check: Check;
  readonly diagnostics: readonly Diagnostic[];
  /** Nothing was filled in yet, and something must be. */
  readonly isBlank: boolean;
  /** Fields were added that are still empty. */
  readonly hasBlanks: boolean;
  /** Text stands in a field that is not part of the document yet; going on takes it. */
  readonly hasPending: boolean;
  readonly onPreview: () => void;
  /** Null where there is nothing to delete yet. */
  readonly onDelete: (() => void) | null;
}

/** At the foot of every edit: what the check says, and the way on. Ctrl-Enter previews. */
export function EditBar({
  draft,
  check,
  diagnostics,
  isBlank,
  hasBlanks,
  hasPending,
  onPreview,
  onDelete,
}: EditBarProps) {
  const isReady =
    (hasPending || (draft.isChanged && !isBlank)) &&
    draft.document.kind !== "broken" &&
    draft.document.kind !== "empty";
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !isReady) return;
      event.preventDefault();
      onPreview();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [isReady, onPreview]);
  return (
    <div className="sticky bottom-0 z-10 mt-5 flex flex-wrap items-center gap-2 rounded-lg border border-line bg-raised px-4 py-3 shadow-raised">
      <CheckState draft={draft} check={check} diagnostics={diagnostics} isBlank={isBlank || hasBlanks} />
      <div className="ml-auto flex flex-wrap items-center justify-end gap-2">
        {onDelete === null ? null : (
          <Button variant="ghost" className="text-bad-text" onClick={onDelete}>
            Delete…
          </Button>
        )}
        {draft.text !== draft.base.text || draft.isRestored ? (
          <Button variant="ghost" onClick={draft.discard}>
            Discard changes
          </Button>
        ) : null}
        <Button variant="primary" disabled={!isReady} onClick={onPreview}>
          Preview <Kbd>⌃↵</Kbd>
        </Button>
      </div>
    </div>
  );
}

function CheckState({
  draft,
  check,
  diagnostics,
  isBlank,
}: Pick<EditBarProps, "draft" | "check" | "diagnostics" | "isBlank">) {
  const isChecking = check.isBehind && draft.isChanged && draft.document.kind !== "broken";
  const { Icon, tone, text } = describeCheck({ draft, check, diagnostics, isBlank });
  return (
    <p role="status" className="flex min-w-0 items-center gap-2 text-muted text-sm">
      {isChecking ? <Spinner /> : <Icon aria-hidden className={`size-4 shrink-0 ${tone}`} />}
      <span className="truncate">{isChecking ? "Checking…" : text}</span>
      {draft.isRestored ? <span className="shrink-0 text-subtle text-xs">· from your earlier visit</span> : null}
    </p>
  );
}

function describeCheck({ draft, check, diagnostics, isBlank }: Parameters<typeof CheckState>[0]) {
  if (draft.document.kind === "broken")
    return {
      Icon: CircleAlert,
      tone: "text-bad",
      text: `Line ${draft.document.line} cannot be read: ${draft.document.message}`,
    };
  if (check.error !== null && check.error !== undefined) {
    const { reason, message } = readApiError(check.error);
    // The notice above the form says who and what.
    if (reason === "conflict")
      return { Icon: TriangleAlert, tone: "text-warn", text: "Someone changed this meanwhile" };
    return { Icon: CircleAlert, tone: "text-bad", text: message };
  }
  if (isBlank && diagnostics.length === 0)
    return { Icon: CircleDashed, tone: "text-subtle", text: "Fill in what is missing, then preview it" };
  const problems = countProblems(diagnostics);
  if (problems === "")
    return { Icon: CircleCheck, tone: "text-ok", text: draft.isChanged ? "No problems" : "No changes yet" };
  return hasErrors(diagnostics)
    ? { Icon: CircleAlert, tone: "text-bad", text: problems }
    : { Icon: TriangleAlert, tone: "text-warn", text: problems };
}
