import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";
import { writtenEndpoints } from "#server/services/written-endpoints.ts";

// Who answers without having registered is told of too: a service of written endpoints is not one without any.

const entry = (spec: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: far, namespace: default }
spec: { hosts: [far.example], ports: [{ number: 80, name: http, protocol: HTTP }], ${spec} }
`;
const WORKLOAD = `
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: vm, namespace: default }
spec: { address: 10.0.0.9, labels: { app: far } }
`;

function at(documents: string) {
  const { resources, diagnostics } = parseDocuments(documents);
  expect(diagnostics).toEqual([]);
  const instance = {
    ...{ namespace: "default", name: "far-0", workload: "far", labels: { app: "far" }, serviceAccount: "far" },
    ...{ address: "10.0.0.1", health: "healthy" as const, locality: "", weight: 1 },
    ports: [{ name: "http", appPort: 8080, inboundPort: 18_080 }],
  };
  return writtenEndpoints({ revision: 1, mesh: MESH, resources, instances: [instance] }, "far.example");
}

test.each([
  [
    "addresses, with the port of each and its place",
    entry(
      "resolution: STATIC, endpoints: [{ address: 10.0.0.2, ports: { http: 8081 }, locality: eu/a }, { address: 10.0.0.3 }]",
    ),
    [
      { address: "10.0.0.2", port: 8081, locality: "eu/a" },
      { address: "10.0.0.3", port: 80, locality: "" },
    ],
  ],
  [
    "names that callers look up",
    entry("resolution: DNS, endpoints: [{ address: a.example }]"),
    [{ address: "a.example", port: 80, locality: "" }],
  ],
  [
    "a written workload that it selects, and no registered instance",
    entry("resolution: STATIC, workloadSelector: { labels: { app: far } }") + WORKLOAD,
    [{ address: "10.0.0.9", port: 80, locality: "" }],
  ],
  ["nobody", entry("resolution: STATIC"), []],
  ["nobody where connections go where they were meant to", entry("resolution: NONE"), []],
])("%s", (_, documents, expected) => {
  expect(at(documents)).toEqual(expected);
});
