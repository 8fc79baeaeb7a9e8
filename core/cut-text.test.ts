import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { cutText } from "#core/cut-text.ts";
import { plainText } from "#core/plain-text.ts";

const LONG = 1_000_000;
const COUNT = 60;

test.each([
  ["cut", cutText],
  ["made plain", plainText],
])("what is left of a text that was %s does not hold the rest", (_, cut) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: COUNT }, () => cut(Buffer.alloc(LONG, "a").toString("latin1"), 100));
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((COUNT * LONG) / 4);
  expect(kept).toEqual(Array.from({ length: COUNT }, () => "a".repeat(100)));
});

test("a text that is short enough stays as it is", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abc", 2)).toBe("ab");
});
