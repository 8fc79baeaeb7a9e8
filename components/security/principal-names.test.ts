import { expect, test } from "vitest";
import { namePrincipals } from "#components/security/principal-names.ts";

const PAGE = "cluster.local/ns/default/sa/productpage";
const GATEWAY = "cluster.local/ns/istio-system/sa/gateway";

test("names and principals lead to each other, and patterns stay as they are", () => {
  const names = namePrincipals([PAGE, GATEWAY], "default");
  expect(names.options).toEqual(["gateway (istio-system)", "productpage"]);
  for (const principal of [PAGE, GATEWAY, "cluster.local/ns/default/sa/*", "*"])
    expect(names.toPrincipal(names.toName(principal))).toBe(principal);
});
