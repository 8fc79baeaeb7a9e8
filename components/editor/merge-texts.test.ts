import { expect, test } from "vitest";
import { mergeTexts } from "#components/editor/merge-texts.ts";

const LINES = Array.from({ length: 20 }, (_, index) => `key${index}: ${index}\n`);
const BASE = LINES.join("");

test("changes far apart keep the comments of both", () => {
  const mine = BASE.replace("key2: 2\n", "# mine\nkey2: two\n");
  const theirs = BASE.replace("key17: 17\n", "# theirs\nkey17: 71\n");
  const result = mergeTexts(BASE, mine, theirs);
  expect(result).toEqual({ kind: "rebased", text: mine.replace("key17: 17\n", "# theirs\nkey17: 71\n"), overlaps: [] });
});

test("changes of the same line name the field, and mine stands", () => {
  const result = mergeTexts(BASE, BASE.replace("key5: 5", "key5: a"), BASE.replace("key5: 5", "key5: b"));
  expect(result).toEqual({ kind: "rebased", text: BASE.replace("key5: 5", "key5: a"), overlaps: ["key5"] });
});
