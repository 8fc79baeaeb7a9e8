import { expect, test } from "vitest";
import { addChips, splitChips } from "#components/ui/split-chips.ts";

test.each([
  ["one value", "/admin/*", ["/admin/*"]],
  ["a list as people write it", "/a, /b,/c ", ["/a", "/b", "/c"]],
  ["a pasted column", "/a\r\n/b\n\n/c\n", ["/a", "/b", "/c"]],
  ["blanks inside a value", "Mozilla 5.0, x", ["Mozilla 5.0", "x"]],
  ["nothing", " , \n", []],
  ["the same twice", "/a,/a", ["/a"]],
])("reads %s", (_, text, values) => {
  expect(splitChips(text)).toEqual(values);
});

test("what is there already is not there twice, and keeps its place", () => {
  expect(addChips(["GET", "POST"], "HEAD,GET")).toEqual(["GET", "POST", "HEAD"]);
});
