import { expect, test } from "vitest";
import { consumerHref, hasLedger, limitRef, nameLimit, nameSubject } from "#components/limits/name-subject.ts";

test.each([
  ["RateLimit", "shop/per-caller|burst", "RateLimit shop/per-caller, rule burst", "RateLimit/shop/per-caller"],
  ["RateLimit", "shop/a|burst@gold", "RateLimit shop/a, rule burst, plan gold", "RateLimit/shop/a"],
  ["RateLimit", "shop/gold~a|burst", "RateLimit shop/gold~a, rule burst, plan gold", "RateLimit/shop/gold~a"],
  ["Quota", "shop/monthly|Quota", "Quota shop/monthly", "Quota/shop/monthly"],
  ["Quota", "shop/monthly|Quota@gold", "Quota shop/monthly, plan gold", "Quota/shop/monthly"],
] as const)("%s %s is read", (kind, limit, name, ref) => {
  expect(nameLimit({ kind, limit })).toBe(name);
  expect(limitRef({ kind, limit })).toBe(ref);
  expect(hasLedger({ limit })).toBe(kind.startsWith("Q"));
});

test("who is not told apart is all, and a key survives the address", () => {
  expect(nameSubject({ subject: "" })).toBe("all callers together");
  const key = 'shop/a|r||["a&b=c","ü"]';
  expect(new URL(consumerHref({ key }), "http://x").searchParams.get("key")).toBe(key);
});
