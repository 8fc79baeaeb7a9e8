import { expect, test } from "vitest";
import { DueTimes } from "#core/rate-limit/due-times.ts";

test("what is due is taken once, not before its time, and soon after it", () => {
  const due = new DueTimes<string>();
  for (const [thing, atMs] of [
    ["a", 5],
    ["b", 10],
    ["a", 9],
    ["c", 11],
    ["a", 95],
  ] as const)
    due.add(thing, atMs);
  expect([...due.take(4)]).toEqual([]);
  expect([...due.take(10)]).toEqual(["a", "b"]);
  expect([...due.take(10)]).toEqual([]);
  expect([...due.take(1e12)]).toEqual(["c", "a"]);
});
