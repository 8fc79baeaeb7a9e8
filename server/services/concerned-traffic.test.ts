import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { concernedTraffic } from "#server/services/concerned-traffic.ts";

function instance(namespace: string, workload: string, labels: Record<string, string>): WorkloadInstance {
  return {
    namespace,
    name: `${workload}-0`,
    workload,
    labels,
    serviceAccount: workload,
    address: "127.0.0.1",
    ports: [],
    health: "healthy",
    locality: "",
    weight: 1,
  };
}

const MESH = {
  mesh: {
    trustDomain: "cluster.local",
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: 1,
  },
  instances: [
    instance("default", "details-v1", { app: "details" }),
    instance("default", "reviews-v1", { app: "reviews" }),
    instance("istio-system", "ingress", { istio: "ingressgateway" }),
    instance("other", "details-v1", { app: "details" }),
  ],
};
const MEASURED = {
  services: new Map([
    ["details.default.svc.cluster.local", 3],
    ["reviews.default.svc.cluster.local", 5],
    ["details.other.svc.cluster.local", 7],
  ]),
  workloads: new Map([
    ["default/details-v1", 3],
    ["default/reviews-v1", 5],
    ["istio-system/ingress", 11],
    ["other/details-v1", 7],
  ]),
};

function concerned(kind: string, spec: string, namespace = "default"): number | null {
  const group = /Policy|PeerAuth/.test(kind) ? "security" : "networking";
  const { resources, diagnostics } = parseDocuments(
    `apiVersion: ${group}.istio.io/v1\nkind: ${kind}\nmetadata: { name: x, namespace: ${namespace} }\nspec: ${spec}\n`,
  );
  expect(diagnostics).toEqual([]);
  return concernedTraffic(resources, MESH, MEASURED);
}

const ROUTE = "http: [{ route: [{ destination: { host: details } }] }]";

test.each([
  [
    "a policy on one workload",
    "AuthorizationPolicy",
    "{ selector: { matchLabels: { app: details } }, action: DENY, rules: [{}] }",
    3,
  ],
  ["a policy on a namespace", "PeerAuthentication", "{ mtls: { mode: STRICT } }", 8],
  ["a routing, by its short host", "VirtualService", `{ hosts: [reviews], ${ROUTE} }`, 5],
  ["a routing of every host, by where it sends", "VirtualService", `{ hosts: ["*"], gateways: [front], ${ROUTE} }`, 3],
  ["a DestinationRule, by its wildcard", "DestinationRule", '{ host: "*.default.svc.cluster.local" }', 8],
  [
    "a gateway",
    "Gateway",
    '{ selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }',
    11,
  ],
  [
    "a service that nobody called",
    "VirtualService",
    `{ hosts: [ratings], ${ROUTE.replace("details", "ratings")} }`,
    null,
  ],
] as const)("counts the traffic of %s", (_, kind, spec, expected) => {
  expect(concerned(kind, spec)).toBe(expected);
});

test("a policy of the root namespace bears on the whole mesh", () => {
  expect(concerned("PeerAuthentication", "{ mtls: { mode: STRICT } }", "istio-system")).toBe(26);
});
