import { expect, test } from "vitest";
import type { FileProblem } from "#core/xds/file-problem.ts";
import { FileProblemBook } from "#server/registry/file-problem-book.ts";

const missing = (path: string): FileProblem => ({
  ...{ secret: `file-root:${path}`, path },
  fault: "missing",
  isLastGoodServed: false,
});

test("what is said is the same until an agent says otherwise, and then what was given out before stays as it was", () => {
  const book = new FileProblemBook();
  const none = book.all();
  book.set("shop/cart", []);
  expect(book.all()).toBe(none);
  book.set("shop/cart", [missing("/a")]);
  const one = book.all();
  book.set("shop/cart", [missing("/a")]);
  book.set("shop/other", []);
  expect(book.all()).toBe(one);
  book.set("shop/cart", [missing("/b")]);
  const other = book.all();
  book.set("shop/cart", []);
  expect([none, one, other, book.all()].map((said) => [...said.values()].flat().map(({ path }) => path))).toEqual([
    [],
    ["/a"],
    ["/b"],
    [],
  ]);
});
