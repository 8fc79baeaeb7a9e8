import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { ProxyNode } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash } from "#server/envoy/testing/random-world.ts";
import { factsOf, makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";

// Which proxies are given stored credentials, and whose clusters name them.

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: default }
spec: { hosts: [bank.example.com], resolution: DNS, location: MESH_EXTERNAL, ports: [{ name: grpc, number: 443, protocol: GRPC }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank, namespace: default }
spec: { host: bank.example.com, trafficPolicy: { tls: { mode: MUTUAL, credentialName: bank-client } } }
---
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  extensionProviders:
    - { name: judge, envoyExtAuthzGrpc: { service: bank.example.com, port: 443 } }
    - { name: lines, envoyOtelAls: { service: bank.example.com, port: 443 } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: judged, namespace: default }
spec: { action: CUSTOM, provider: { name: judge }, rules: [{}] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: lines, namespace: default }
spec: { accessLogging: [{ providers: [{ name: lines }] }] }
`;
const gateway = (name: string, spec: string) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: default }
spec:
  ${spec}
  servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [${name}.example.com], tls: { mode: SIMPLE, credentialName: ${name} } }]
`;
const INGRESS = gateway("web", "selector: { istio: ingress }");
const FOR_ALL = gateway("all", "");
const CLIENT = ["credential://default/bank-client", "credential://default/bank-client#roots"];

function open(type: ProxyNode["type"], name: string, ...gateways: readonly string[]) {
  const instances = [
    { name: "shop-0", labels: { app: "shop" }, account: "shop", ports: [] },
    { name: "edge-0", labels: { istio: "ingress" }, account: "edge", ports: [] },
  ];
  const snapshot = {
    ...makeSnapshot(parseAllDocuments([CONFIG, ...gateways].join("---\n")), instances),
    credentials: {
      "default/bank-client": factsOf("1", ["pair", "roots"]),
      "default/web": factsOf("2", ["pair"]),
      "default/all": factsOf("3", ["pair"]),
    },
  };
  // What it says of itself is another's.
  const said = makeNode({ type, name, namespace: "default", mode: "REDIRECT", labels: { istio: "ingress" } });
  const metadata = { ...said.metadata, SERVICE_ACCOUNT: name.replace(/-0$/, "") };
  const { layers } = createCompiler(snapshot, { hash }).open({ ...said, metadata, isBounded: true });
  return {
    secrets: layers.flatMap(({ resources }) => [...(resources.get("SDS")?.keys() ?? [])]).sort(),
    clusters: layers.flatMap(({ resources }) =>
      [...(resources.get("CDS")?.values() ?? [])]
        .filter((each) => each.name.includes("bank.example.com"))
        .map((each) => ({ name: each.name, text: JSON.stringify(decodeResource("CDS", each.body)) })),
    ),
  };
}

test("a registered workload that only calls itself a gateway is given none", () => {
  for (const gateways of [[], [INGRESS], [FOR_ALL], [INGRESS, FOR_ALL]]) {
    expect(open("sidecar", "shop-0", ...gateways).secrets).toEqual([]);
    expect(open("router", "shop-0", ...gateways).secrets).toEqual([]);
  }
  expect(open("router", "edge-0", FOR_ALL).secrets).toEqual([]);
});

test("a gateway is given those of the Gateways that it serves, one for all gateways among them, and of its rules", () => {
  expect(open("router", "edge-0", INGRESS).secrets).toEqual([...CLIENT, "credential://default/web"]);
  expect(open("router", "edge-0", INGRESS, FOR_ALL).secrets).toEqual([
    "credential://default/all",
    ...CLIENT,
    "credential://default/web",
  ]);
});

test("a sidecar is given those of a rule that chooses it by its registered labels, and calls with them", () => {
  const rule = (app: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: bank-of-some, namespace: default }
spec: { host: bank.example.com, workloadSelector: { matchLabels: { app: ${app} } }, trafficPolicy: { tls: { mode: MUTUAL, credentialName: bank-client } } }
`;
  const outbound = ({ clusters }: ReturnType<typeof open>) =>
    clusters
      .filter(({ name }) => name.startsWith("outbound|"))
      .map(({ text }) => CLIENT.map((each) => text.includes(`"${each}"`)));
  const chosen = open("sidecar", "shop-0", rule("shop"));
  expect(chosen.secrets).toEqual(CLIENT);
  expect(outbound(chosen)).toEqual([[true, true]]);
  for (const other of [open("sidecar", "edge-0", rule("shop")), open("sidecar", "shop-0", rule("cart"))]) {
    expect(other.secrets).toEqual([]);
    expect(outbound(other)).toEqual([[false, false]]);
  }
  // What it calls itself changes nothing: it is no gateway, and the rule is for it all the same.
  expect(open("router", "shop-0", rule("shop"), INGRESS).secrets).toEqual(CLIENT);
});

test("authorizers and receivers of logs are reached by a gateway's credential, and by sidecars in plain text, as other services are", () => {
  const ofGateway = open("router", "edge-0", INGRESS).clusters;
  const ofSidecar = open("sidecar", "shop-0").clusters;
  for (const clusters of [ofGateway, ofSidecar]) expect(clusters.length).toBeGreaterThanOrEqual(3);
  for (const { name, text } of ofGateway) {
    expect([name, ...CLIENT.map((each) => text.includes(`"${each}"`))]).toEqual([name, true, true]);
    expect(text).not.toContain("file-");
  }
  for (const { name, text } of ofSidecar) expect([name, text.includes("transportSocket")]).toEqual([name, false]);
});
