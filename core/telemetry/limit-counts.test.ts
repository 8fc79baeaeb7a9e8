import { expect, test } from "vitest";
import {
  cleanLimitCounts,
  formatLimitCounts,
  nameCountedRule,
  parseLimitCounts,
} from "#core/telemetry/limit-counts.ts";

test("what rules said of a request is written in a line, and read as it was", () => {
  const counts = [
    { rule: "shop/per-caller/burst", outcome: "admitted" },
    { rule: "shop/tried/all", outcome: "tried" },
    { rule: "shop/monthly/Quota@gold", outcome: "refused" },
    { rule: "shop.eu/x/probe_1", outcome: "exempt" },
  ] as const;
  const text = formatLimitCounts(counts.slice(0, 3));
  expect(text).toBe("+shop/per-caller/burst ~shop/tried/all -shop/monthly/Quota@gold");
  expect(parseLimitCounts(text)).toEqual(counts.slice(0, 3));
});

test.each(["", "-", "shop/a/b", "+shop/a", "+shop/a/b/c", "+Shop/a/b", `+shop/a/${"b".repeat(400)}`, "<b>/a/b"])(
  "%j says nothing",
  (text) => expect(cleanLimitCounts(text)).toBe(""),
);

test("who tells of very many rules is not believed all of them", () => {
  const text = Array.from({ length: 50 }, (_, index) => `+shop/a/r${index}`).join(" ");
  expect(parseLimitCounts(text)).toHaveLength(16);
  const long = Array.from({ length: 9 }, (_, index) => `+shop/a/${"r".repeat(200)}${index}`).join(" ");
  expect(cleanLimitCounts(long).length).toBeLessThanOrEqual(1000);
});

test("rules are named as people know them", () => {
  expect(["shop/a/b@gold", "shop/q/Quota@gold"].map(nameCountedRule)).toEqual(["RateLimit/shop/a/b", "Quota/shop/q"]);
});
