// What of a rule for localities and connections becomes a cluster of those who call, Envoy or gRPC clients.
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";

const HOST = "a.example.test";

function clusterOf(entry: string, rule: string, { locality = "", isGrpc = false }) {
  const documents = parseAllDocuments(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: default }
spec: { hosts: [${HOST}], ports: [{ number: 80, name: grpc, protocol: GRPC }], ${entry} }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a, namespace: default }
spec: { host: ${HOST}, trafficPolicy: ${rule} }
`);
  if ("empty" in documents) throw new Error("no documents");
  const compiler = createCompiler(makeSnapshot(documents, []), { hash: (bytes) => String(bytes.length) });
  const node = makeNode({ type: "sidecar", name: "shop-0", namespace: "default", mode: "NONE", labels: {}, locality });
  const metadata = { ...node.metadata, ...(isGrpc ? { GENERATOR: "grpc" } : {}) };
  const { layers } = compiler.open({ ...node, metadata });
  const { clusters } = staticBootstrap(layers).staticResources as {
    clusters: {
      name: string;
      type?: string;
      transportSocket?: unknown;
      typedExtensionProtocolOptions?: unknown;
      loadAssignment?: { endpoints: object[] };
    }[];
  };
  const found = clusters.find(({ name }) => name === `outbound|80||${HOST}`);
  if (found === undefined) throw new Error("no cluster");
  return found;
}

test.each([
  ["us/a", "LOGICAL_DNS"],
  ["eu/a", "STRICT_DNS"],
])("distribute that leaves callers in %s nobody to call makes no logical DNS of nobody", (locality, type) => {
  const entry = "resolution: DNS_ROUND_ROBIN, endpoints: [{ address: b.example.test, locality: us/a }]";
  const rule = '{ loadBalancer: { localityLbSetting: { distribute: [{ from: "eu/*", to: { "eu/*": 100 } }] } } }';
  expect(clusterOf(entry, rule, { locality }).type).toBe(type);
});

test.each([
  ["{ proxyProtocol: { version: V2 } }"],
  ["{ tls: { mode: SIMPLE } }"],
  ["{ tunnel: { targetHost: b.example.test, targetPort: 80 } }"],
])("a rule of %s gives gRPC clients no transport socket, for they would refuse the cluster", (rule) => {
  const entry = "resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]";
  expect(clusterOf(entry, rule, { isGrpc: true }).transportSocket).toBeUndefined();
});

test("of a rule with a credential, which is for gateways, sidecars take neither the TLS nor what TLS would check", () => {
  const entry = "resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]";
  const { transportSocket, typedExtensionProtocolOptions } = clusterOf(
    entry,
    "{ tls: { mode: SIMPLE, credentialName: a } }",
    {},
  );
  expect(transportSocket).toBeUndefined();
  expect(JSON.stringify(typedExtensionProtocolOptions)).not.toContain("autoSni");
});
