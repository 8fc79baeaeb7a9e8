import { expect, test } from "vitest";
import { decodeParam } from "#components/api/decode-param.ts";

test.each([
  ["reviews.default", "reviews.default"],
  ["a%2Fb", "a/b"],
  ["%", "%"],
  ["%ff", "%ff"],
])("%s is %s", (part, meant) => {
  expect(decodeParam(part)).toBe(meant);
});
