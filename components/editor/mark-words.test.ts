import { expect, test } from "vitest";
import { diffRows } from "#components/editor/build-diff-rows.ts";
import { markWords } from "#components/editor/mark-words.ts";

/** The lines that have marks, what is marked in brackets. */
function marked(before: string, after: string): string[] {
  return [...markWords(diffRows(before, after)).values()].map((pieces) =>
    pieces.map(({ text, isChanged }) => (isChanged ? `[${text}]` : text)).join(""),
  );
}

test("the figure that changed is marked on both sides, the line around it is not", () => {
  expect(marked("a: 1\n- { subset: v1, weight: 50 }\n", "a: 1\n- { subset: v1, weight: 31 }\n")).toEqual([
    "- { subset: v1, weight: [50] }",
    "- { subset: v1, weight: [31] }",
  ]);
});

test("each removed line is held against the added one that took its place", () => {
  expect(marked("w: 50\nx: 30\n", "w: 31\nx: 18\n")).toEqual(["w: [50]", "w: [31]", "x: [30]", "x: [18]"]);
});

test("a line that became another one is not marked word by word", () => {
  expect(marked("timeout: 5s\n", "retries: { attempts: 3, perTryTimeout: 2s }\n")).toEqual([]);
});

test("lines that only came or only went have nothing beside them", () => {
  expect(marked("a: 1\n", "a: 1\nb: 2\n")).toEqual([]);
});
