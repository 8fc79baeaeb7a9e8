// Who is asked is whom the provider names, and how it is reached is what its own namespace says of it.
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";

type Json = Record<string, unknown>;

const HOST = "judge.example.test";

const entry = (namespace: string, address: string, exportTo: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: judge, namespace: ${namespace} }
spec:
  hosts: [${HOST}]
  exportTo: ["${exportTo}"]
  resolution: STATIC
  ports: [{ number: 9000, name: http, protocol: HTTP }]
  endpoints: [{ address: ${address} }]
`;
const provider = (name: string, service: string, kind: string): string =>
  `{ name: ${name}, envoyExtAuthz${kind}: { service: ${service}, port: 9000 } }`;
const policy = (name: string): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: default }
spec: { action: CUSTOM, provider: { name: ${name} }, rules: [{}] }
`;

/** What a workload of the namespace default is sent, where these policies have these providers asked. */
function compile(
  providers: Readonly<Record<string, string>>,
  documents: readonly string[],
  { kind = "Http", h2 = "DO_NOT_UPGRADE" } = {},
) {
  const text = [
    `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  h2UpgradePolicy: ${h2}
  extensionProviders: [${Object.entries(providers).map(([name, service]) => provider(name, service, kind))}]
`,
    ...Object.keys(providers).map(policy),
    ...documents,
  ].join("---");
  const parsed = parseAllDocuments(text);
  if ("empty" in parsed) throw new Error("no documents");
  const labels = { app: "shop" };
  const ports = ["http:9081:19081"];
  const snapshot = makeSnapshot(parsed, [{ name: "shop-0", labels, account: "shop", ports }]);
  const node = makeNode({
    type: "sidecar",
    name: "shop-0",
    namespace: "default",
    mode: "NONE",
    labels,
    inbound: ports,
  });
  const { layers } = createCompiler(snapshot, { hash: (bytes) => String(bytes.length) }).open(node);
  const { listeners, clusters } = staticBootstrap(layers).staticResources as Record<"listeners" | "clusters", Json[]>;
  const asked = clusters.filter(({ name }) => String(name).startsWith("authorizer|"));
  const origins = layers.flatMap(({ resources }) =>
    [...(resources.get("CDS")?.values() ?? [])].flatMap(({ name, origins }) =>
      name.startsWith("authorizer|") ? origins.map(({ resource }) => resource) : [],
    ),
  );
  return { filters: JSON.stringify(listeners), clusters: asked, origins };
}

function addressOf({ loadAssignment }: Json): string | undefined {
  return /"address":"([^"]*)"/.exec(JSON.stringify(loadAssignment))?.[1];
}

test("two namespaces with a service of one host each: either is asked by the provider that names its namespace", () => {
  const { filters, clusters } = compile({ ours: `default/${HOST}`, theirs: `other/${HOST}` }, [
    entry("default", "10.0.0.1", "."),
    entry("other", "10.0.0.2", "."),
  ]);
  for (const [name, namespace, address] of [
    ["ours", "default", "10.0.0.1"],
    ["theirs", "other", "10.0.0.2"],
  ]) {
    const filter = filters.slice(filters.indexOf(`"envoy.filters.http.ext_authz.${name}"`));
    const cluster = /"cluster":"([^"]*)"/.exec(filter)?.[1];
    expect(cluster).toBe(`authorizer|9000|http|${namespace}/${HOST}`);
    expect(clusters.filter((each) => each.name === cluster).map(addressOf)).toEqual([address]);
  }
});

test("a DestinationRule of the service's own namespace holds, also where the workload sees no such service, and is named", () => {
  const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: patient, namespace: other }
spec: { host: ${HOST}, trafficPolicy: { connectionPool: { tcp: { connectTimeout: 7s } } } }
`;
  const { clusters, origins } = compile({ theirs: `other/${HOST}` }, [entry("other", "10.0.0.2", "."), rule]);
  expect(clusters.map(({ connectTimeout }) => connectTimeout)).toEqual(["7s"]);
  expect(origins).toEqual(["DestinationRule/other/patient", "ServiceEntry/other/judge"]);
});

test.each(["useClientProtocol: true", "h2UpgradePolicy: UPGRADE", "maxRetries: 7"])(
  "a rule with %s has nobody spoken to otherwise than its provider says",
  (http) => {
    const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: spoken, namespace: default }
spec: { host: ${HOST}, trafficPolicy: { connectionPool: { http: { ${http}, http2MaxRequests: 9 } } } }
`;
    const documents = [entry("default", "10.0.0.1", "."), rule];
    for (const kind of ["Http", "Grpc"]) {
      const { clusters } = compile({ ours: `default/${HOST}` }, documents, { kind, h2: "UPGRADE" });
      const text = JSON.stringify(clusters);
      expect(text).toContain('"maxRequests":9');
      expect(text.includes("http2ProtocolOptions")).toBe(kind === "Grpc");
      expect(text).not.toContain("useDownstreamProtocolConfig");
    }
  },
);
