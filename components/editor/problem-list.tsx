"use client";
import { CircleAlert, CircleCheck, CircleDashed, Info, TriangleAlert } from "lucide-react";
import { sortDiagnostics } from "#components/editor/problem-at.ts";
import { cx } from "#components/ui/cx.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { formatPath } from "#core/schema/path.ts";

const LOOK = {
  error: { Icon: CircleAlert, tone: "text-bad", word: "Error" },
  warning: { Icon: TriangleAlert, tone: "text-warn", word: "Warning" },
  info: { Icon: Info, tone: "text-accent", word: "Note" },
} as const;

export interface ProblemListProps {
  readonly diagnostics: readonly Diagnostic[];
  /** Makes the place a button. */
  readonly onGoToLine?: (line: number) => void;
  /** Of the document in the editor: problems of other resources name theirs. Null where there is none: all do. */
  readonly ownRef: string | null;
  /** Something is still to be filled in: then it is too early to say that there are none. */
  readonly isIncomplete?: boolean;
}

/** What is wrong, worst first, each with its place and the next step. */
export function ProblemList({ diagnostics, onGoToLine, ownRef, isIncomplete = false }: ProblemListProps) {
  if (diagnostics.length === 0 && isIncomplete)
    return (
      <p className="flex items-center gap-2 text-muted text-sm">
        <CircleDashed aria-hidden className="size-4 text-subtle" /> Not all is filled in yet
      </p>
    );
  if (diagnostics.length === 0)
    return (
      <p className="flex items-center gap-2 text-muted text-sm">
        <CircleCheck aria-hidden className="size-4 text-ok" /> No problems
      </p>
    );
  return (
    <ul className="flex flex-col gap-3">
      {sortDiagnostics(diagnostics).map((diagnostic) => (
        <Problem
          key={`${diagnostic.code} ${diagnostic.resource} ${formatPath(diagnostic.path ?? [])} ${diagnostic.line} ${diagnostic.message}`}
          diagnostic={diagnostic}
          onGoToLine={onGoToLine}
          isOwn={diagnostic.resource === undefined || diagnostic.resource === ownRef}
        />
      ))}
    </ul>
  );
}

function Problem({
  diagnostic,
  onGoToLine,
  isOwn,
}: {
  readonly diagnostic: Diagnostic;
  readonly onGoToLine: ProblemListProps["onGoToLine"];
  readonly isOwn: boolean;
}) {
  const { severity, message, hint, path, line, resource, code } = diagnostic;
  const { Icon, tone, word } = LOOK[severity];
  return (
    <li className="flex items-start gap-2 text-sm" data-code={code}>
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", tone)} />
      <div className="min-w-0">
        <p className="break-words text-ink">
          <span className="sr-only">{word}: </span>
          {message}
        </p>
        {hint === undefined ? null : <p className="break-words text-muted text-xs">{hint}</p>}
        <p className="mt-0.5 break-all font-mono text-2xs text-subtle">
          {isOwn ? null : `${resource} `}
          {path === undefined ? null : formatPath(path)}
          {line === undefined ? null : onGoToLine === undefined || !isOwn ? (
            <span className="ml-1.5 font-sans">line {line}</span>
          ) : (
            <button
              type="button"
              onClick={() => onGoToLine(line)}
              className="ml-1.5 rounded-sm font-sans text-accent-text underline"
            >
              line {line}
            </button>
          )}
        </p>
      </div>
    </li>
  );
}
