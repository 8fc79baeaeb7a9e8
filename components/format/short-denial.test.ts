import { expect, test } from "vitest";
import { readDenial, shortDenial, tellDenial } from "#components/format/short-denial.ts";

test.each([
  ["AuthorizationPolicy/default/deny", "default/deny", "denied by default/deny"],
  ["PeerAuthentication/istio-system/default", "istio-system/default", "denied by istio-system/default"],
  ["RateLimit/shop/per-caller/burst", "shop/per-caller", "limited by RateLimit shop/per-caller, rule burst"],
  ["Quota/shop/monthly", "shop/monthly", "limited by Quota shop/monthly"],
  ["no ALLOW policy matched", undefined, "no ALLOW policy matched"],
  ["mTLS is required: plain text", undefined, "mTLS is required: plain text"],
])("%s", (deniedBy, short, told) => {
  expect(shortDenial(deniedBy)).toBe(short);
  expect(tellDenial(deniedBy)).toBe(told);
});

test("a limit's rule leads to the limit", () => {
  expect(readDenial("RateLimit/shop/per-caller/burst")?.ref).toBe("RateLimit/shop/per-caller");
});
