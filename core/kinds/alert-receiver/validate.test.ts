import { expect, test } from "vitest";
import { validateMatchers } from "#core/kinds/alert-receiver/validate.ts";

test.each([
  ["=~", "page|ticket", undefined],
  ["=~", "(", /is not a regular expression/],
  ["!~", ".{900}.{900}.{900}", /is too large once compiled \(at most 2000 steps here\)/],
  ["=", "(", undefined],
] as const)("a matcher %s %s is refused where it costs too much: %s", (op, value, wrong) => {
  const [found] = validateMatchers([{ name: "severity", op, value }]);
  expect(found?.message).toEqual(wrong === undefined ? undefined : expect.stringMatching(wrong));
});
