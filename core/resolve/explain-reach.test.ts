import { expect, test } from "vitest";
import { explainReach } from "#core/resolve/explain-reach.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const service = (name: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: shop }
spec: { hosts: [${name}.test], resolution: STATIC, ports: [{ name: http, number: 80, protocol: HTTP }], endpoints: [{ address: 192.0.2.1 }] }
`;
const RULE = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: NAME, namespace: shop }
spec: { host: "*.test", subsets: [{ name: v1 }] }
`;

const mesh = { trustDomain: "a", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 100 };

function reachOf(ref: string, ...documents: readonly string[]) {
  const { resources } = parseDocuments(documents.join("---\n"));
  return explainReach({ revision: 1, mesh, resources, instances: [] }, ref).services.map(
    ({ host, applies }) => `${host} ${applies}`,
  );
}

test("a resource tells every service that it bears on, those first where it applies", () => {
  const wide = RULE.replace("NAME", "wide");
  const narrow = RULE.replace("NAME", "narrow").replace("*.test", "c.test");
  const documents = [service("c"), service("b"), service("a"), wide, narrow];
  expect(reachOf("DestinationRule/shop/wide", ...documents)).toEqual(["a.test true", "b.test true", "c.test false"]);
  expect(reachOf("DestinationRule/shop/narrow", ...documents)).toEqual(["c.test true"]);
  expect(reachOf("DestinationRule/shop/nobody", ...documents)).toEqual([]);
});

test("of more services than can be asked those of its own namespace are, and it is told how many were not", () => {
  const hosts = Array.from({ length: 250 }, (_, index) => `h${index}.test`);
  const many = Array.from({ length: 4 }, (_, index) =>
    service(`n${index}`)
      .replace("namespace: shop", "namespace: a")
      .replace(`hosts: [n${index}.test]`, `hosts: [${hosts.map((host) => `n${index}.${host}`).join(", ")}]`),
  );
  const { resources } = parseDocuments([...many, service("own"), RULE.replace("NAME", "wide")].join("---\n"));
  const reach = explainReach({ revision: 1, mesh, resources, instances: [] }, "DestinationRule/shop/wide");
  expect(reach).toMatchObject({ unasked: 1 });
  expect(reach.services.map(({ host }) => host)).toContain("own.test");
});
