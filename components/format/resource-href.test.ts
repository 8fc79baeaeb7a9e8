import { expect, test } from "vitest";
import { resourceHref } from "#components/format/resource-href.ts";

test.each([
  ["RateLimit/shop/per-caller", "/limits/RateLimit/shop/per-caller"],
  ["RateLimit/shop/gold~own", "/limits/Plan/shop/gold"],
  ["Quota/shop/gold~own", "/limits/Plan/shop/gold"],
  ["Nothing/shop/a b", "/traffic/Nothing/shop/a%20b"],
])("%s is read at %s", (ref, href) => expect(resourceHref(ref)).toBe(href));
