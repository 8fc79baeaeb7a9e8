import { expect, test } from "vitest";
import { createCheckContext } from "#core/check/context.ts";
import { limitClaimsChecked } from "#core/kinds/rate-limit/checks/limit-claims-checked.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 0,
};
const RULE = (index: number) => `
    - name: r${index}
      limit: { amount: 10, per: 1s }
      match: [{ when: [{ key: "request.auth.claims[a]", values: [b] }] }]
      exempt: [{ when: [{ key: "request.auth.claims[a]", values: [b] }] }]`;

test("workloads are looked through once for each limit, however many of its rules ask for claims", () => {
  const { resources, diagnostics } = parseDocuments(`
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: a, namespace: shop, labels: { app: a } }
spec: { address: 127.0.0.1, labels: { app: a } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: shop }
spec: { jwtRules: [{ issuer: a, jwks: '{"keys":[]}' }] }
---
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: many, namespace: shop }
spec:
  rules:${Array.from({ length: 64 }, (_, index) => RULE(index)).join("")}
`);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const context = createCheckContext({ revision: 0, mesh: MESH, resources, instances: [] });
  let asked = 0;
  const counting = {
    ...context,
    of: context.of,
    select: (...asking: Parameters<typeof context.select>) => {
      asked += 1;
      return context.select(...asking);
    },
  };
  const limit = context.of("RateLimit")[0];
  expect(limit && limitClaimsChecked.each(limit, counting)).toEqual([]);
  expect(asked).toBe(1);
});
