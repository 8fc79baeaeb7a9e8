import { expect, test } from "vitest";
import { fnv1a } from "#core/fnv1a.ts";

/** Of the algorithm's published test vectors. */
test.each([
  ["", 0x811c9dc5],
  ["a", 0xe40c292c],
  ["foobar", 0xbf9cf968],
])("%j", (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});
