"use client";
import { useMemo, useState } from "react";
import {
  countRows,
  type DiffPart,
  type DiffRow,
  diffRows,
  foldRows,
  splitRows,
} from "#components/editor/build-diff-rows.ts";
import { type LinePiece, markWords } from "#components/editor/mark-words.ts";
import { cx } from "#components/ui/cx.ts";

export interface TextDiffProps {
  /** What is compared, for screen readers: "VirtualService default/reviews". */
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly isSplit?: boolean;
}

const SIGN = { same: " ", added: "+", removed: "−" } as const;
const LOOK = { same: "", added: "bg-ok-soft text-ok-text", removed: "bg-bad-soft text-bad-text" } as const;
const WORD_LOOK = { same: "", added: "bg-ok/25", removed: "bg-bad/25" } as const;

type Marks = ReturnType<typeof markWords>;

/** Two texts line by line; signs say what colour repeats. What did not change is folded away. */
export function TextDiff({ label, before, after, isSplit = false }: TextDiffProps) {
  const rows = useMemo(() => diffRows(before, after), [before, after]);
  const parts = useMemo(() => foldRows(rows), [rows]);
  const marks = useMemo(() => markWords(rows), [rows]);
  const { added, removed } = countRows(rows);
  if (added + removed === 0) return <p className="p-3 text-muted text-sm">Nothing differs.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div tabIndex={0} className="overflow-x-auto rounded-md border border-line bg-surface font-mono text-xs">
      <table aria-label={`${label}: ${added} lines added, ${removed} removed`} className="w-full border-collapse">
        <tbody>
          {parts.map((part) => (
            <Part key={`${part.rows[0]?.before}-${part.rows[0]?.after}`} part={part} marks={marks} isSplit={isSplit} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PartProps {
  readonly part: DiffPart;
  readonly marks: Marks;
  readonly isSplit: boolean;
}

function Part({ part, marks, isSplit }: PartProps) {
  const [isOpen, setIsOpen] = useState(part.kind === "rows");
  if (!isOpen)
    return (
      <tr>
        <td colSpan={isSplit ? 6 : 4} className="bg-sunken p-0">
          <button
            type="button"
            onClick={() => setIsOpen(true)}
            className="w-full px-3 py-1 text-left font-sans text-muted hover:bg-hover hover:text-ink"
          >
            Show {part.rows.length} unchanged lines
          </button>
        </td>
      </tr>
    );
  if (!isSplit)
    return part.rows.map((row) => <UnifiedRow key={`${row.before}-${row.after}`} row={row} marks={marks} />);
  return splitRows(part.rows).map(({ left, right }) => (
    <tr key={`${left?.before}-${right?.after}`} className="align-top">
      <Half row={left} side="before" marks={marks} />
      <Half row={right} side="after" marks={marks} />
    </tr>
  ));
}

function UnifiedRow({ row, marks }: { readonly row: DiffRow; readonly marks: Marks }) {
  return (
    <tr className={cx("align-top", LOOK[row.kind])}>
      <LineNumber number={row.before} />
      <LineNumber number={row.after} />
      <Sign row={row} />
      <Line row={row} pieces={marks.get(row)} />
    </tr>
  );
}

interface HalfProps {
  readonly row: DiffRow | null;
  readonly side: "before" | "after";
  readonly marks: Marks;
}

function Half({ row, side, marks }: HalfProps) {
  if (row === null) return <td colSpan={3} className="bg-sunken" />;
  return (
    <>
      <LineNumber number={row[side]} className={LOOK[row.kind]} />
      <Sign row={row} className={LOOK[row.kind]} />
      <Line row={row} pieces={marks.get(row)} className={cx("w-1/2 whitespace-pre-wrap", LOOK[row.kind])} />
    </>
  );
}

function LineNumber({ number, className }: { readonly number: number | null; readonly className?: string }) {
  return <td className={cx("tabular w-9 select-none px-1.5 text-right", className)}>{number ?? ""}</td>;
}

function Sign({ row, className }: { readonly row: DiffRow; readonly className?: string }) {
  return (
    <td className={cx("w-4 select-none text-center", className)}>
      {row.kind === "same" ? (
        SIGN.same
      ) : (
        <span role="img" aria-label={row.kind}>
          {SIGN[row.kind]}
        </span>
      )}
    </td>
  );
}

interface LineProps {
  readonly row: DiffRow;
  /** Undefined where the line has nothing to mark. */
  readonly pieces: readonly LinePiece[] | undefined;
  readonly className?: string;
}

function Line({ row, pieces, className }: LineProps) {
  return (
    <td className={cx("whitespace-pre py-px pr-3", className)}>
      {pieces === undefined
        ? row.text
        : pieces.map(({ text, isChanged }, at) =>
            isChanged ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the line
              <span key={at} className={cx("rounded-xs", WORD_LOOK[row.kind])}>
                {text}
              </span>
            ) : (
              text
            ),
          )}
    </td>
  );
}
