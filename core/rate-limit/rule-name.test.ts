import { expect, test } from "vitest";
import { isQuotaRule, nameRule, QUOTA_RULE, ruleOfKey, splitRuleId } from "#core/rate-limit/rule-name.ts";

test.each([
  [QUOTA_RULE, true],
  [nameRule(QUOTA_RULE, "gold"), true],
  ["Quotas", false],
  [nameRule("per-caller", QUOTA_RULE), false],
  ["", false],
])("%j is a Quota's: %s", (name, is) => expect(isQuotaRule(name)).toBe(is));

test("a key begins with its rule, whatever its values have in them", () => {
  expect(ruleOfKey('shop/daily|Quota@gold|Throttle|["a|b"]')).toBe("shop/daily|Quota@gold");
  expect(splitRuleId("shop/daily|Quota@gold")).toEqual({ policy: "shop/daily", name: "Quota@gold" });
});
