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

test("what nobody has is told to be unknown, and a pattern or an identity that somebody has is not", () => {
  const { doubtOf } = namePrincipals([PAGE, GATEWAY], "default");
  for (const known of ["productpage", "gateway (istio-system)", PAGE, `spiffe://${PAGE}`, "*", "*/sa/productpage"])
    expect(doubtOf(known), known).toBeNull();
  for (const unknown of ["productpagee", "gateway", "cluster.local/ns/default/sa/nobody"])
    expect(doubtOf(unknown), unknown).toBe("no workload has this identity yet");
});
