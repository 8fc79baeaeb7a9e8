import { expect, test } from "vitest";
import { isCallerKnown } from "#components/simulate/is-caller-known.ts";

const PROXIES = [
  { id: "sidecar~127.0.0.1~page-v1-0.shop~shop", name: "page-v1-0", workload: "page-v1", namespace: "shop" },
];

test.each([
  ...["page", "page-v1", "page-v1.shop", "page-v1-0.shop", "shop/page-v1", "shop/page-v1-0", PROXIES[0]?.id ?? ""].map(
    (text) => [text, true] as const,
  ),
  ...["pages", "page-v2.shop", "page-v1.default", "shop/cart"].map((text) => [text, false] as const),
])("%s: %s", (text, isKnown) => expect(isCallerKnown(PROXIES, text)).toBe(isKnown));
