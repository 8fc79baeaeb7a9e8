import { expect, test } from "vitest";
import { matchHeader, matchText } from "#testing/oracle/envoy/match-text.ts";

const IS_A = { name: "x", stringMatch: { exact: "a" } };
const INVERTED = { ...IS_A, invertMatch: true };

// Envoy's HeaderUtility.
test.each([
  [IS_A, "a", true],
  [IS_A, "b", false],
  [IS_A, undefined, false],
  [INVERTED, "a", false],
  [INVERTED, "b", true],
  [INVERTED, undefined, false],
  [{ ...INVERTED, treatMissingHeaderAsEmpty: true }, undefined, true],
  [{ name: "x" }, undefined, false],
  [{ name: "x", presentMatch: true }, "", true],
  [{ name: "x", presentMatch: true, invertMatch: true }, undefined, true],
  [{ name: "x", presentMatch: false }, undefined, true],
  [{ name: "x", presentMatch: false }, "a", false],
  [{ name: "x", presentMatch: true, treatMissingHeaderAsEmpty: true }, undefined, true],
])("%j of %j: %j", (matcher, found, expected) => {
  expect(matchHeader(matcher, found)).toBe(expected);
});

test("what is not known is not guessed", () => {
  expect(() => matchHeader({ name: "x", rangeMatch: { start: 1, end: 2 } }, "1")).toThrow(/not evaluated/);
});

test("patterns are RE2's, over bytes, and match the whole text", () => {
  const matches = (regex: string, text: string): boolean => matchText({ safeRegex: { regex } }, text);
  expect(matches("(?i)a\\z", "A")).toBe(true);
  expect(matches("a", "ab")).toBe(false);
  expect(matches("é", "é")).toBe(true);
  expect(matches("..", "é")).toBe(true);
  expect(() => matches("(?=a)a", "a")).toThrow();
});
