import { diffLines } from "diff";

export interface DiffRow {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
  /** 1-based; null on the side where the line is not. */
  readonly before: number | null;
  readonly after: number | null;
}

/** A stretch of rows, or lines that did not change and are folded away. */
export type DiffPart =
  | { readonly kind: "rows"; readonly rows: readonly DiffRow[] }
  | { readonly kind: "folded"; readonly rows: readonly DiffRow[] };

const CONTEXT_LINES = 3;
/** Beyond it a diff takes longer than a person waits; the whole then stands as removed and added. */
const EDIT_LENGTH_MAX = 5000;

export function diffRows(before: string, after: string): DiffRow[] {
  const changes = diffLines(before, after, { maxEditLength: EDIT_LENGTH_MAX }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  const rows: DiffRow[] = [];
  let left = 0;
  let right = 0;
  for (const { value, added, removed } of changes)
    for (const text of value.replace(/\n$/, "").split("\n")) {
      if (value === "") continue;
      if (added) rows.push({ kind: "added", text, before: null, after: ++right });
      else if (removed) rows.push({ kind: "removed", text, before: ++left, after: null });
      else rows.push({ kind: "same", text, before: ++left, after: ++right });
    }
  return rows;
}

/** Folds what is far from any change; fewer than four lines are not worth a fold. */
export function foldRows(rows: readonly DiffRow[]): DiffPart[] {
  const near = new Set<number>();
  rows.forEach((row, index) => {
    if (row.kind !== "same") for (let at = index - CONTEXT_LINES; at <= index + CONTEXT_LINES; at++) near.add(at);
  });
  const parts: { kind: DiffPart["kind"]; rows: DiffRow[] }[] = [];
  rows.forEach((row, index) => {
    const kind = near.has(index) ? "rows" : "folded";
    const last = parts.at(-1);
    if (last?.kind === kind) last.rows.push(row);
    else parts.push({ kind, rows: [row] });
  });
  return parts.map((part) => (part.kind === "folded" && part.rows.length < 4 ? { ...part, kind: "rows" } : part));
}

export interface SplitRow {
  readonly left: DiffRow | null;
  readonly right: DiffRow | null;
}

/** Removed lines stand beside the added ones that took their place. */
export function splitRows(rows: readonly DiffRow[]): SplitRow[] {
  const result: SplitRow[] = [];
  for (let at = 0; at < rows.length; ) {
    const row = rows[at];
    if (row === undefined) break;
    if (row.kind === "same") {
      result.push({ left: row, right: row });
      at += 1;
      continue;
    }
    let end = at;
    while (rows[end] !== undefined && rows[end]?.kind !== "same") end += 1;
    const removed = rows.slice(at, end).filter(({ kind }) => kind === "removed");
    const added = rows.slice(at, end).filter(({ kind }) => kind === "added");
    for (let index = 0; index < Math.max(removed.length, added.length); index++)
      result.push({ left: removed[index] ?? null, right: added[index] ?? null });
    at = end;
  }
  return result;
}

/** "+3 −1" in figures. */
export function countRows(rows: readonly DiffRow[]): { readonly added: number; readonly removed: number } {
  return {
    added: rows.filter(({ kind }) => kind === "added").length,
    removed: rows.filter(({ kind }) => kind === "removed").length,
  };
}
