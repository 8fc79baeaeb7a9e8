"use client";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
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
  readonly onPreview: () => void;
  /** Null where there is nothing to delete yet. */
  readonly onDelete: (() => void) | null;
}

/** At the foot of every edit: what the check says, and the way on. Ctrl-Enter previews. */
export function EditBar({ draft, check, diagnostics, onPreview, onDelete }: EditBarProps) {
  const isReady = draft.isChanged && draft.document.kind !== "broken" && draft.document.kind !== "empty";
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
      <CheckState draft={draft} check={check} diagnostics={diagnostics} />
      <div className="ml-auto flex items-center gap-2">
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

function CheckState({ draft, check, diagnostics }: Pick<EditBarProps, "draft" | "check" | "diagnostics">) {
  const problems = countProblems(diagnostics);
  const { Icon, tone, text } =
    draft.document.kind === "broken"
      ? { Icon: CircleAlert, tone: "text-bad", text: `Not YAML: line ${draft.document.line}` }
      : check.error !== null && check.error !== undefined
        ? { Icon: CircleAlert, tone: "text-bad", text: readApiError(check.error).message }
        : problems === ""
          ? { Icon: CircleCheck, tone: "text-ok", text: draft.isChanged ? "No problems" : "No changes yet" }
          : {
              Icon: hasErrors(diagnostics) ? CircleAlert : TriangleAlert,
              tone: hasErrors(diagnostics) ? "text-bad" : "text-warn",
              text: problems,
            };
  return (
    <p role="status" className="flex min-w-0 items-center gap-2 text-muted text-sm">
      {check.isBehind && draft.document.kind !== "broken" ? (
        <Spinner />
      ) : (
        <Icon aria-hidden className={`size-4 shrink-0 ${tone}`} />
      )}
      <span className="truncate">{text}</span>
      {draft.isRestored ? <span className="shrink-0 text-subtle text-xs">· from your earlier visit</span> : null}
    </p>
  );
}
