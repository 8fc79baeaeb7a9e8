import { expect, test } from "vitest";
import { keyOf } from "#cli/commands/quota.ts";
import { formatLimitKey } from "#node/limit-key.ts";

const RULE = "shop/daily|Quota@gold";
const LONG = "tenant-".repeat(40);

test.each<[string, string | undefined, readonly (string | null)[]]>([
  ["a consumer", "acme", ["acme"]],
  ["one that is long", LONG, [LONG]],
  ["those who have no value", "-", [null]],
  ["all of them", undefined, []],
])("%s has the key that agents draw by", (_, consumer, values) => {
  expect(keyOf(RULE, consumer)).toBe(formatLimitKey({ policy: "shop/daily", rule: "Quota@gold", values }));
});
