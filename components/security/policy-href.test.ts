import { expect, test } from "vitest";
import { policyHref } from "#components/security/policy-href.ts";

test("the link to a new policy carries whom it is about", () => {
  expect(policyHref({ host: "details.default.svc.cluster.local" })).toBe(
    "/security/new?host=details.default.svc.cluster.local",
  );
  expect(
    policyHref({ host: "details.default", principals: ["spiffe://cluster.local/ns/default/sa/productpage"] }),
  ).toBe("/security/new?host=details.default&principal=cluster.local%2Fns%2Fdefault%2Fsa%2Fproductpage");
});
