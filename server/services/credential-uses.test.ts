import { expect, test } from "vitest";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { credentialNamings, credentialUsers } from "#server/services/credential-uses.ts";

const { resources } = parseDocuments(`
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec:
  selector: { istio: ingress }
  servers:
    - port: { number: 443, name: a, protocol: HTTPS }
      hosts: [a.example.com]
      tls: { mode: MUTUAL, credentialName: shop }
    - port: { number: 443, name: b, protocol: HTTPS }
      hosts: [b.example.com]
      tls: { mode: SIMPLE, credentialName: shop }
    - port: { number: 443, name: c, protocol: HTTPS }
      hosts: [c.example.com]
      tls: { mode: SIMPLE, credentialName: other/bank }
`);
const ingress: WorkloadInstance = {
  ...{ namespace: "edge", name: "in-0", workload: "in", serviceAccount: "in", address: "127.0.0.1", ports: [] },
  ...{ labels: { istio: "ingress" }, health: "healthy", locality: "", weight: 1 },
};
const facts = (...keys: string[]) => new Map<string, CredentialFacts>(keys.map((key) => [key, { kind: "damaged" }]));
const WEB = ["Gateway/default/web"];

test("it is looked for where the gateway runs, and told once; one of another namespace is not given", () => {
  expect([...credentialUsers({ resources, instances: [ingress] }, facts("edge/shop"))]).toEqual([["edge/shop", WEB]]);
});

test("where no gateway runs yet it is of the resource's own namespace", () => {
  expect(credentialUsers({ resources, instances: [] }, facts()).get("default/shop")).toEqual(WEB);
});

test("of a rule for some workloads it is named for their sidecars, and of one for all for gateways alone", () => {
  const rule = (selector: string) =>
    parseDocuments(`
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank, namespace: shops }
spec: { host: bank.example.com, ${selector}, trafficPolicy: { tls: { mode: MUTUAL, credentialName: bank } } }
`).resources;
  const shop = { ...ingress, namespace: "shops", name: "shop-0", labels: { app: "shop" } };
  const isServed = (selector: string) =>
    credentialNamings([...resources, ...rule(selector)], [shop]).map((each) => [each.resource.kind, each.isServed]);
  const gateway = ["Gateway", false];
  expect(isServed("workloadSelector: { matchLabels: { app: shop } }")).toEqual([gateway, ["DestinationRule", true]]);
  expect(isServed("workloadSelector: { matchLabels: { app: cart } }")).toEqual([gateway, ["DestinationRule", false]]);
  expect(isServed("exportTo: ['*']")).toEqual([gateway, ["DestinationRule", false]]);
});

test("authorities beside it are named too, where they are stored", () => {
  const users = credentialUsers({ resources, instances: [ingress] }, facts("edge/shop", "edge/shop-cacert"));
  expect([...users.keys()].sort()).toEqual(["edge/shop", "edge/shop-cacert"]);
});
