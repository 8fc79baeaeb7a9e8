import { expect, test } from "vitest";
import { beforeHref, parseUntil } from "#components/changes/before-href.ts";

test.each([
  [{}, undefined, null],
  [{ atMs: 1_700_000_000_123.4 }, undefined, 1_700_000_000_124],
  [{ atMs: 5, host: "a.b c" }, "a.b c", 5],
])("a moment survives the address: %j", (moment, host, until) => {
  const { searchParams } = new URL(beforeHref(moment), "http://x");
  expect(parseUntil(searchParams.get("until"))).toBe(until);
  expect(searchParams.get("host") ?? undefined).toBe(host);
});

test("without one nothing is asked for", () => expect(parseUntil(null)).toBeUndefined());
