import { expect, test } from "vitest";
import { beginOfIds, chosenIds, DECIDED_FOR } from "#server/envoy/routes/traced-requests.ts";

/** As RE2 takes it: all of the text, in either case. */
const whole = (regex: string): RegExp =>
  new RegExp(`^(?:${regex.replace("(?i)", "")})$`, regex.startsWith("(?i)") ? "i" : "");

test.each([0.0016, 0.5, 1, 6.25, 10, 33.3, 50, 99, 100])("%d percent of ids are chosen", (percent) => {
  const chosen = whole(chosenIds(percent) ?? "never");
  const ids = Array.from(
    { length: 65_536 },
    (_, at) => `${at.toString(16).padStart(4, "0")}5e07-b10c-4a14-8e2c-f2b7dd2bbc8e`,
  );
  expect(ids.filter((id) => chosen.test(id)).length).toBe(Math.round(percent * 655.36));
  expect(ids.filter((id) => chosen.test(id.toUpperCase())).length).toBe(Math.round(percent * 655.36));
});

test.each([
  [0, undefined],
  [0.0016, "0000"],
  [0.5, "0"],
  [1, "0"],
  [6.25, "0"],
  [6.3, undefined],
  [100, undefined],
])("ids that are chosen of %d percent begin with %s", (percent, begin) => {
  expect(beginOfIds(percent)).toBe(begin);
});

test("none are of 0 percent, and what is no id never is", () => {
  expect(chosenIds(0)).toBeUndefined();
  expect(whole(chosenIds(100) ?? "").test("request-1")).toBe(false);
});

test.each([
  ["b3", "1", true],
  ["b3", "0", false],
  ["b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d", true],
  ["b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90", true],
  ["b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0-15e3ac9a4f6e3b90", false],
  ["x-b3-sampled", "true", true],
  ["x-b3-sampled", "0", false],
  ["traceparent", "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01", true],
  ["traceparent", "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-00", false],
  ["traceparent", "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-02", false],
] as const)("%s: %s has decided for it: %s", (header, value, isFor) => {
  expect(whole(DECIDED_FOR[header]).test(value)).toBe(isFor);
});
