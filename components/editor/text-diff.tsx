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

/** Two texts line by line; signs say what colour repeats. What did not change is folded away. */
export function TextDiff({ label, before, after, isSplit = false }: TextDiffProps) {
  const rows = useMemo(() => diffRows(before, after), [before, after]);
  const parts = useMemo(() => foldRows(rows), [rows]);
  const { added, removed } = countRows(rows);
  if (added + removed === 0) return <p className="p-3 text-muted text-sm">Nothing differs.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div tabIndex={0} className="overflow-x-auto rounded-md border border-line bg-surface font-mono text-xs">
      <table aria-label={`${label}: ${added} lines added, ${removed} removed`} className="w-full border-collapse">
        <tbody>
          {parts.map((part) => (
            <Part key={`${part.rows[0]?.before}-${part.rows[0]?.after}`} part={part} isSplit={isSplit} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Part({ part, isSplit }: { readonly part: DiffPart; readonly isSplit: boolean }) {
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
  if (!isSplit) return part.rows.map((row) => <UnifiedRow key={`${row.before}-${row.after}`} row={row} />);
  return splitRows(part.rows).map(({ left, right }) => (
    <tr key={`${left?.before}-${right?.after}`} className="align-top">
      <Half row={left} side="before" />
      <Half row={right} side="after" />
    </tr>
  ));
}

function UnifiedRow({ row }: { readonly row: DiffRow }) {
  return (
    <tr className={cx("align-top", LOOK[row.kind])}>
      <LineNumber number={row.before} />
      <LineNumber number={row.after} />
      <Sign row={row} />
      <Line text={row.text} />
    </tr>
  );
}

function Half({ row, side }: { readonly row: DiffRow | null; readonly side: "before" | "after" }) {
  if (row === null) return <td colSpan={3} className="bg-sunken" />;
  return (
    <>
      <LineNumber number={row[side]} className={LOOK[row.kind]} />
      <Sign row={row} className={LOOK[row.kind]} />
      <Line text={row.text} className={cx("w-1/2 whitespace-pre-wrap", LOOK[row.kind])} />
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

function Line({ text, className }: { readonly text: string; readonly className?: string }) {
  return <td className={cx("whitespace-pre py-px pr-3", className)}>{text}</td>;
}
