import { expect, test } from "vitest";
import { readDenial, tellDenial } from "#components/format/read-denial.ts";

test.each([
  ["AuthorizationPolicy/default/deny", "denied by default/deny"],
  ["PeerAuthentication/istio-system/default", "denied by istio-system/default"],
  ["RateLimit/shop/per-caller/burst", "limited by RateLimit shop/per-caller, rule burst"],
  ["Quota/shop/monthly", "limited by Quota shop/monthly"],
  ["no ALLOW policy matched", "no ALLOW policy matched"],
  ["mTLS is required: plain text", "mTLS is required: plain text"],
])("%s", (deniedBy, told) => {
  expect(tellDenial(deniedBy)).toBe(told);
});

test("a limit's rule leads to the limit", () => {
  expect(readDenial("RateLimit/shop/per-caller/burst")?.ref).toBe("RateLimit/shop/per-caller");
});
