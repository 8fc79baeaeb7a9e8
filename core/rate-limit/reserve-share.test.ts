import { expect, test } from "vitest";
import { reserveShare } from "#core/rate-limit/reserve-share.ts";

const LIMIT = { amount: 50, perMs: 1000 };

test.each([
  ["critical", [50]],
  [undefined, [50, 40]],
  ["other", [50, 40]],
])("requests of class %s pass buckets of %j", (className, amounts) => {
  const buckets = reserveShare(LIMIT, [{ name: "critical", percent: 20 }], className);
  expect(buckets.map(({ limit }) => limit.amount)).toEqual(amounts);
});

test("each of several shares is kept from all others, in bursts too, and something is left of a small limit", () => {
  const reserves = [
    { name: "a", percent: 20 },
    { name: "b", percent: 50 },
  ];
  const limit = { amount: 10, perMs: 1000, burst: 1 };
  expect(reserveShare(limit, reserves, "a").map(({ reserve, limit }) => [reserve, limit.amount, limit.burst])).toEqual([
    [undefined, 10, 1],
    ["b", 5, 1],
  ]);
  expect(reserveShare(limit, reserves, undefined).map(({ limit }) => limit.amount)).toEqual([10, 8, 5]);
});
