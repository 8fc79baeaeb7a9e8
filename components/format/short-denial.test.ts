import { expect, test } from "vitest";
import { shortDenial } from "#components/format/short-denial.ts";

test.each([
  ["AuthorizationPolicy/default/deny", "default/deny"],
  ["PeerAuthentication/istio-system/default", "istio-system/default"],
  ["no ALLOW policy matched", undefined],
  ["mTLS is required: plain text", undefined],
])("%s", (deniedBy, short) => {
  expect(shortDenial(deniedBy)).toBe(short);
});
