import { expect, test } from "vitest";
import { LogLimiter } from "#node/log-limiter.ts";

test("a key has one line a minute, which says how many there were besides", () => {
  const limiter = new LogLimiter();
  expect([0, 1, 59_999].map((nowMs) => limiter.take("a", nowMs))).toEqual([0, undefined, undefined]);
  expect(limiter.isDue("b", 2)).toBe(true);
  expect([60_000, 60_001, 120_000].map((nowMs) => limiter.take("a", nowMs))).toEqual([2, undefined, 1]);
});

test("whoever makes up keys does not fill the memory", () => {
  const limiter = new LogLimiter(2);
  expect(["a", "b", "a", "c", "a"].map((key) => limiter.take(key, 0))).toEqual([0, 0, undefined, 0, 0]);
});
