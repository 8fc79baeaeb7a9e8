import { expect, test } from "vitest";
import { formatFilter, parseRequestFilter, toggleValue } from "#core/telemetry/request-filter.ts";

test.each([
  "code:503",
  "-caller:loadgen,other",
  "duration:>=250",
  "duration:10..20",
  'caller:"a b","c,d"',
  "policy:none",
  "-timeout",
  '"code:x y"',
  'path:/a/* "-x"',
  'path:"a\\"b"',
])("%s is written as it was read", (text) => {
  const { conditions, errors } = parseRequestFilter(text);
  expect(errors).toEqual([]);
  expect(formatFilter(conditions)).toBe(text);
});

test.each([
  ["colour:red", /^colour: is no field of requests/],
  ["code:", /^code: has no value/],
  ["code:5xx,403", /^code: "5xx" is no number/],
  ["code:abc", /^code: "abc" is no number/],
  ["duration:>x", /^duration: ">x" is no number/],
])("%s is told as what it is", (text, why) => {
  expect(parseRequestFilter(text)).toEqual({ conditions: [], errors: [expect.stringMatching(why)] });
});

test("a value is asked for, beside others of its field, and no more", () => {
  const one = toggleValue("timeout", "code", "503");
  expect(one).toBe("timeout code:503");
  const two = toggleValue(one, "code", "504");
  expect(two).toBe("timeout code:503,504");
  expect(toggleValue(two, "code", "503")).toBe("timeout code:504");
  expect(toggleValue("code:504", "code", "504")).toBe("");
  expect(toggleValue("", "subset", "")).toBe("subset:none");
});
