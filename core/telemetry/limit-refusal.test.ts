import { expect, test } from "vitest";
import { isDenial, nameDenial, namespaceOfDenial } from "#core/telemetry/denied-by.ts";
import { parseLimitRefusal, whyLimited, writeLimitRefusal } from "#core/telemetry/limit-refusal.ts";

test.each([
  [undefined, /used up/],
  ["limit", /used up/],
  ["uncoordinated", /did not answer/],
  ["too-many-keys", /keysMax/],
  ["cost-above-limit", /more than there ever is/],
  ["missing-key", /lacked the key/],
] as const)("a refusal is of its rule, and says why: %s", (because, why) => {
  const written = parseLimitRefusal(writeLimitRefusal("shop/monthly/Quota", because));
  expect([isDenial(written), namespaceOfDenial(written), nameDenial(written)]).toEqual([
    true,
    "shop",
    "Quota/shop/monthly",
  ]);
  expect(whyLimited(written)).toMatch(why);
});

test("what else a proxy says is no such refusal", () => {
  for (const text of ["shop/monthly", "a/b/c/Why", "a/b/c/d/e", "a b/c/d"]) expect(parseLimitRefusal(text)).toBe("");
  expect(whyLimited("none")).toBeUndefined();
});
