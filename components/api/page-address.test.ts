import { expect, test } from "vitest";
import { pageAddress } from "#components/api/page-address.ts";

test.each([
  ["/topology?view=service&select=edge%3Aa", "/topology?view=service&select=edge%3Aa"],
  ["/proxies", "/proxies"],
  ["/services?q=a%3Fb&_rsc=1x2", "/services?q=a%3Fb"],
  ["/services?_rsc=1x2", "/services"],
  [null, "/"],
])("%s is the page %s", (requested, address) => {
  expect(pageAddress(requested)).toBe(address);
});
