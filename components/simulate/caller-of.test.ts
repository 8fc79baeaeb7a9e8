import { expect, test } from "vitest";
import { callerOf } from "#components/simulate/caller-of.ts";

const PROXIES = ["page-admin", "page", "cart-v2", "cart-v1"].map((workload) => ({
  name: `${workload}-0`,
  workload,
  namespace: "shop",
}));

test.each([
  ["page", "shop", "page-0.shop"],
  ["cart", "shop", "cart-v2-0.shop"],
  ["cart-v1", "shop", "cart-v1-0.shop"],
  ["cart", "default", ""],
  ["car", "shop", ""],
])("%s in %s is asked as %s", (name, namespace, caller) => expect(callerOf(PROXIES, { name, namespace })).toBe(caller));
