import { createHash } from "node:crypto";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { FilterChainSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { fc } from "#testing/fc.ts";

const hash = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");
const MESH = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 1,
};
const [HTTP_PORT, TCP_PORT, OTHER_TCP_PORT] = [9080, 7000, 7001];
const WORKLOAD: WorkloadInstance = {
  namespace: "default",
  name: "alpha-0",
  workload: "alpha",
  labels: { app: "alpha" },
  serviceAccount: "alpha",
  address: "127.0.0.1",
  ports: [],
  health: "healthy",
  locality: "",
  weight: 1,
};
const api = (kind: string, group: string, name: string, spec: object): AnyResource => {
  const { resources, diagnostics } = parseDocuments(
    JSON.stringify({ apiVersion: `${group}.istio.io/v1`, kind, metadata: { name, namespace: "default" }, spec }),
  );
  const [only] = resources;
  if (only === undefined) throw new Error(JSON.stringify(diagnostics));
  return only;
};
const SERVICE = api("ServiceEntry", "networking", "alpha", {
  hosts: ["alpha.default.svc.cluster.local"],
  location: "MESH_INTERNAL",
  resolution: "STATIC",
  ports: [
    { number: HTTP_PORT, name: "http", protocol: "HTTP" },
    { number: TCP_PORT, name: "tcp", protocol: "TCP" },
    { number: OTHER_TCP_PORT, name: "tcp-other", protocol: "TCP" },
  ],
  workloadSelector: { labels: { app: "alpha" } },
});

function node(mode: "NONE" | "REDIRECT"): ProxyNode {
  const ports = [HTTP_PORT, TCP_PORT, OTHER_TCP_PORT];
  const names = ["http", "tcp", "tcp-other"];
  return {
    id: "sidecar~127.0.0.1~alpha-0.default~default.svc.cluster.local",
    type: "sidecar",
    address: "127.0.0.1",
    name: "alpha-0",
    namespace: "default",
    domain: "default.svc.cluster.local",
    userAgent: "envoy",
    version: "1.40.0",
    takesVirtualHosts: true,
    metadata: {
      LABELS: { app: "alpha" },
      SERVICE_ACCOUNT: "alpha",
      WORKLOAD_NAME: "alpha",
      INTERCEPTION_MODE: mode,
      PHAROS_OUTBOUND: [],
      PHAROS_INBOUND:
        mode === "NONE"
          ? ports.map((port, index) => ({ name: names[index] ?? "", appPort: port, inboundPort: port + 10_000 }))
          : [],
      PHAROS_GATEWAY_PORTS: {},
      PHAROS_TRACING: false,
    },
  };
}

/** Hashes of the filter chains of each port, and of what else their listeners hold: a change there ends them all. */
function chainsByPort(policies: readonly AnyResource[], mode: "NONE" | "REDIRECT"): Map<number, string> {
  const snapshot = { revision: 1, mesh: MESH, resources: [SERVICE, ...policies], instances: [WORKLOAD] };
  const { layers } = createCompiler(snapshot, { hash }).open(node(mode));
  const found = new Map<number, string>();
  for (const { body } of layers.flatMap(({ resources }) => [...(resources.get("LDS")?.values() ?? [])])) {
    const listener = fromBinary(ListenerSchema, body);
    const frame = hash(toBinary(ListenerSchema, { ...listener, filterChains: [] }));
    for (const chain of listener.filterChains) {
      const port = Number(/^(?:mtls|plain)_(\d+)$/.exec(chain.name)?.[1]);
      if (!Number.isNaN(port))
        found.set(port, `${found.get(port) ?? frame} ${hash(toBinary(FilterChainSchema, chain))}`);
    }
  }
  return found;
}

const action = fc.constantFrom("DENY", "AUDIT", "ALLOW");
const http = fc.record(
  { methods: fc.constant(["GET"]), paths: fc.constantFrom(["/a"], ["/b*"]), hosts: fc.constant(["h"]) },
  { requiredKeys: [] },
);
const from = fc.option(
  fc.constantFrom([{ source: { namespaces: ["n"] } }], [{ source: { remoteIpBlocks: ["10.0.0.0/8"] } }]),
  { nil: undefined },
);
/** A rule that names its ports, in one of the ways there are. */
const ruleOf = (ports: readonly number[]) =>
  fc
    .tuple(fc.subarray([...ports], { minLength: 1 }), http, from, fc.boolean())
    .map(([own, operation, source, byWhen]) => {
      const values = own.map(String);
      return {
        ...(source === undefined ? {} : { from: source }),
        ...(byWhen
          ? { to: [{ operation: { ...operation, methods: ["PUT"] } }], when: [{ key: "destination.port", values }] }
          : { to: [{ operation: { ...operation, ports: values } }] }),
      };
    });
const policiesOf = (ports: readonly number[], name: string, actions = action) =>
  fc.array(fc.tuple(actions, fc.array(ruleOf(ports), { minLength: 1, maxLength: 3 })), { maxLength: 3 }).map((all) =>
    all.map(([each, rules], index) =>
      api("AuthorizationPolicy", "security", `${name}${index}`, {
        selector: { matchLabels: { app: "alpha" } },
        action: each,
        rules,
      }),
    ),
  );

test.each(["NONE", "REDIRECT"] as const)(
  "%s: rules about other ports leave a port's filter chains as they were",
  (mode) => {
    fc.assert(
      fc.property(
        policiesOf([HTTP_PORT, TCP_PORT, OTHER_TCP_PORT], "base"),
        policiesOf([HTTP_PORT, OTHER_TCP_PORT], "edit", fc.constantFrom("DENY", "AUDIT")),
        (base, edit) => {
          const before = chainsByPort(base, mode);
          const after = chainsByPort([...base, ...edit], mode);
          expect(after.get(TCP_PORT)).toBe(before.get(TCP_PORT));
          // An HTTP port's rules are in its routes.
          expect(after.get(HTTP_PORT)).toBe(before.get(HTTP_PORT));
        },
      ),
      { numRuns: 60 },
    );
  },
);

test("where an ALLOW guards a port, another for other ports or for HTTP alone changes nothing of it", () => {
  fc.assert(
    fc.property(policiesOf([HTTP_PORT, OTHER_TCP_PORT], "edit"), (edit) => {
      const base = [
        api("AuthorizationPolicy", "security", "base", {
          action: "ALLOW",
          rules: [{ from: [{ source: { namespaces: ["n"] } }] }],
        }),
      ];
      const httpAlone = api("AuthorizationPolicy", "security", "http-alone", {
        action: "ALLOW",
        rules: [{ to: [{ operation: { methods: ["GET"] } }] }],
      });
      const before = chainsByPort(base, "REDIRECT").get(TCP_PORT);
      expect(chainsByPort([...base, ...edit, httpAlone], "REDIRECT").get(TCP_PORT)).toBe(before);
    }),
    { numRuns: 40 },
  );
});

test("a rule about a port changes that port's chains: the others' stay", () => {
  const deny = (port: number) =>
    api("AuthorizationPolicy", "security", "deny", {
      action: "DENY",
      rules: [{ to: [{ operation: { ports: [String(port)] } }] }],
    });
  const before = chainsByPort([], "NONE");
  const after = chainsByPort([deny(OTHER_TCP_PORT)], "NONE");
  expect(after.get(OTHER_TCP_PORT)).not.toBe(before.get(OTHER_TCP_PORT));
  expect(after.get(TCP_PORT)).toBe(before.get(TCP_PORT));
});

test("gateways that come and go, routes and rules of clients leave chains as they were", () => {
  const before = chainsByPort([], "REDIRECT");
  const others = [
    api("DestinationRule", "networking", "alpha", {
      host: "alpha",
      trafficPolicy: { loadBalancer: { simple: "RANDOM" } },
    }),
    api("VirtualService", "networking", "alpha", {
      hosts: ["alpha"],
      http: [{ timeout: "3s", route: [{ destination: { host: "alpha" } }] }],
    }),
    api("Gateway", "networking", "gw", {
      selector: { app: "alpha" },
      servers: [{ port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
  ];
  expect(chainsByPort(others, "REDIRECT")).toEqual(before);
});

test("where mTLS begins to be required, connections over mTLS stay: their chain and their listener are the same", () => {
  const mode = (mode: string) => api("PeerAuthentication", "security", "default", { mtls: { mode } });
  const mtlsOf = (policies: readonly AnyResource[]) =>
    [...chainsByPort(policies, "REDIRECT")].map(([port, text]) => [port, text.split(" ").slice(0, 2)]);
  expect(mtlsOf([mode("STRICT")])).toEqual(mtlsOf([mode("PERMISSIVE")]));
});
