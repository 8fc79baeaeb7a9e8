import { expect, test } from "vitest";
import { countRows, diffRows, foldRows, splitRows } from "#components/editor/build-diff-rows.ts";

const BEFORE = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].join("\n");

const show = (before: string, after: string) =>
  diffRows(before, after).map(({ kind, text }) => `${kind === "added" ? "+" : kind === "removed" ? "-" : " "}${text}`);

test("lines that went, came and stayed, with their numbers on each side", () => {
  expect(diffRows("a\nb\nc\n", "a\nx\nc\n")).toEqual([
    { kind: "same", text: "a", before: 1, after: 1 },
    { kind: "removed", text: "b", before: 2, after: null },
    { kind: "added", text: "x", before: null, after: 2 },
    { kind: "same", text: "c", before: 3, after: 3 },
  ]);
});

test("a new text is all added and a deleted one all removed", () => {
  expect(show("", "a\nb\n")).toEqual(["+a", "+b"]);
  expect(show("a\n", "")).toEqual(["-a"]);
});

test("folds what is far from any change and keeps every line", () => {
  const rows = diffRows(BEFORE, BEFORE.replace("j", "k"));
  const parts = foldRows(rows);
  expect(parts.map(({ kind, rows: { length } }) => `${kind} ${length}`)).toEqual(["folded 6", "rows 5"]);
  expect(parts.flatMap((part) => part.rows)).toEqual(rows);
});

test("side by side, a changed line stands beside what it was", () => {
  const pairs = splitRows(diffRows("a\nb\nc\n", "a\nx\ny\nc\n"));
  expect(pairs.map(({ left, right }) => `${left?.text ?? ""}|${right?.text ?? ""}`)).toEqual([
    "a|a",
    "b|x",
    "|y",
    "c|c",
  ]);
});

test("counts lines", () => {
  expect(countRows(diffRows("a\nb\n", "a\nx\ny\n"))).toEqual({ added: 2, removed: 1 });
});
