import { expect, test } from "vitest";
import { createCheckContext } from "#core/check/context.ts";
import { coverOf } from "#core/check/host-index.ts";
import { hostMatches } from "#core/host/host.ts";
import { policyHost } from "#core/kinds/authorization-policy/checks/policy-host.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { Resource } from "#core/resource/resource.ts";
import { fc } from "#testing/fc.ts";

const MESH = {
  ...{ trustDomain: "cluster.local", domainSuffix: "cluster.local" },
  ...{ rootNamespace: "istio-system", traceSampling: 0 },
};

test("whatever many hosts policies name, those of VirtualServices and Gateways are listed once", () => {
  const { resources } = parseDocuments(`
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop }
spec: { hosts: [shop.example.com], http: [{ route: [{ destination: { host: shop } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge }
spec: { servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*", "./*.edge.com"] }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a }
spec: { rules: [{ to: [{ operation: { hosts: [shop.example.com, a.edge.com, edge.com, b.com, c.com] } }] }] }
`);
  let listed = 0;
  const counted = resources.map((each) => {
    if (each.kind !== "VirtualService") return each;
    const { hosts } = each.spec;
    const spec = Object.defineProperty({ ...each.spec }, "hosts", {
      get: () => {
        listed += 1;
        return hosts;
      },
    });
    return { ...each, spec };
  });
  const context = createCheckContext({ revision: 1, resources: counted, instances: [], mesh: MESH });
  const policy = resources.find((each): each is Resource<"AuthorizationPolicy"> => each.kind === "AuthorizationPolicy");
  if (policy === undefined) throw new Error("there is no policy");
  listed = 0;
  expect(policyHost.each(policy, context).map(({ path }) => path?.at(-1))).toEqual([2, 3, 4]);
  expect(listed).toBe(1);
});

test("hosts cover together what one of them covers", () => {
  const label = fc.constantFrom("a", "b", "");
  const name = fc.array(label, { maxLength: 3 }).map((labels) => labels.join("."));
  const host = fc.tuple(fc.constantFrom("", "*", "*."), name).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(host, { maxLength: 4 }), name, (hosts, asked) => {
      expect(coverOf(hosts)(asked)).toBe(hosts.some((each) => hostMatches(each, asked)));
    }),
  );
});
