import { expect, test } from "vitest";
import { formatMoment, parseMoment, toField } from "#components/topology/moment.ts";

test("a moment comes out of a link, and out of a field, as it went in", () => {
  const ms = Date.UTC(2026, 2, 1, 12, 30, 5);
  expect(parseMoment(formatMoment(ms))).toBe(ms);
  expect(parseMoment(toField(ms))).toBe(ms);
  expect(formatMoment(undefined)).toBeNull();
  expect(toField(undefined)).toBe("");
});

test.each(["", "soon", null, undefined, "0000-00-00"])("%s is no moment", (text) => {
  expect(parseMoment(text)).toBeUndefined();
});
