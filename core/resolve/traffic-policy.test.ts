import { expect, test } from "vitest";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { resolveTrafficPolicy, resolveTrafficTo } from "#core/resolve/traffic-policy.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";

const AT_80 = [{ port: { number: 80 }, loadBalancer: { simple: "RANDOM" as const } }];
const TUNNEL = { targetHost: "a", targetPort: 1 };

function resolve(general: TrafficPolicy | undefined, own: TrafficPolicy | undefined, subset: string, port: number) {
  const subsets = [{ name: "v1", ...(own === undefined ? {} : { trafficPolicy: own }) }];
  const { proxyProtocol, retryBudget, tunnel } = resolveTrafficPolicy(
    { rules: [], trafficPolicy: general, subsets },
    subset,
    port,
  );
  return { version: proxyProtocol?.version, percent: retryBudget?.percent, tunnel: tunnel?.targetHost };
}

// Istio's `MergeSubsetTrafficPolicy` and `tunnelingconfig.Apply`.
test.each<[string, TrafficPolicy | undefined, TrafficPolicy | undefined, string, number, object]>([
  [
    "the rule's own",
    { proxyProtocol: { version: "V2" }, retryBudget: { percent: 5 } },
    {},
    "",
    80,
    { version: "V2", percent: 5 },
  ],
  [
    "for its subsets too",
    { proxyProtocol: { version: "V2" }, retryBudget: { percent: 5 } },
    {},
    "v1",
    80,
    { version: "V2", percent: 5 },
  ],
  [
    "but what the subset has",
    { retryBudget: { percent: 5 } },
    { retryBudget: { percent: 6 } },
    "v1",
    80,
    { percent: 6 },
  ],
  [
    "not for a port with settings of its own",
    { retryBudget: { percent: 5 }, portLevelSettings: AT_80 },
    {},
    "",
    80,
    {},
  ],
  ["but for another", { retryBudget: { percent: 5 }, portLevelSettings: AT_80 }, {}, "", 81, { percent: 5 }],
  [
    "a subset's port leaves the rule's",
    { retryBudget: { percent: 5 } },
    { retryBudget: { percent: 6 }, portLevelSettings: AT_80 },
    "v1",
    80,
    { percent: 5 },
  ],
  ["a tunnel is not for subsets", { tunnel: TUNNEL }, {}, "v1", 80, {}],
  ["nor the subset's for others", {}, { tunnel: TUNNEL }, "", 80, {}],
  ["a subset's own", {}, { tunnel: TUNNEL }, "v1", 80, { tunnel: "a" }],
  ["also at a port with settings", { tunnel: TUNNEL, portLevelSettings: AT_80 }, {}, "", 80, { tunnel: "a" }],
])("%s", (_, general, own, subset, port, expected) => {
  expect(resolve(general, own, subset, port)).toEqual({
    version: undefined,
    percent: undefined,
    tunnel: undefined,
    ...expected,
  });
});

test.each([
  ["everybody", "", "90s"],
  ["the caller's namespace", ", exportTo: [web]", "90s"],
  ["others alone", ", exportTo: [shop]", undefined],
])("what a rule for all says of a service that is exported to %s", (_, exported, expected) => {
  const host = "a.test";
  const ports = "ports: [{ number: 7000, name: tcp, protocol: TCP }]";
  const named = (namespace: string) => `{ name: a, namespace: ${namespace} }`;
  const documents = [
    resource("ServiceEntry", `{ hosts: [${host}], resolution: DNS, ${ports}${exported} }`, named("shop")),
    resource(
      "DestinationRule",
      `{ host: ${host}, trafficPolicy: { connectionPool: { tcp: { idleTimeout: 90s } } } }`,
      named("root"),
    ),
  ];
  const reader = createSnapshotReader({
    revision: 1,
    mesh: { trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "root", traceSampling: 100 },
    resources: parseDocuments(documents.join("---\n")).resources,
    instances: [],
  });
  const question = { host, clientNamespace: "web", clientLabels: {}, subset: "", port: 7000 };
  expect(resolveTrafficTo(reader, question).connectionPool?.tcp?.idleTimeout).toBe(expected);
});

// Istio seeds the mesh's below the rule's, and then replaces all of it by what a subset says of the port.
test.each<[string, TrafficPolicy, TrafficPolicy, number | undefined]>([
  ["where nobody says anything of the port", {}, {}, 5],
  ["beside what the rule says of it", { portLevelSettings: AT_80 }, {}, 5],
  ["beside what the subset says of all ports", {}, { loadBalancer: { simple: "RANDOM" } }, 5],
  ["not beside what the subset says of it", {}, { portLevelSettings: AT_80 }, undefined],
])("the mesh's own settings hold %s", (_, general, own, expected) => {
  const rule = { rules: [], trafficPolicy: general, subsets: [{ name: "v1", trafficPolicy: own }] };
  const mesh = { outlierDetection: { maxEjectionPercent: 5 } };
  expect(resolveTrafficPolicy(rule, "v1", 80, mesh).outlierDetection?.maxEjectionPercent).toBe(expected);
});
