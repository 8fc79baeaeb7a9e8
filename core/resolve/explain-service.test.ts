import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";

const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};
const HOST = "reviews.default.svc.cluster.local";
const POLICIES = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: v1 }
spec: { selector: { matchLabels: { version: v1 } }, rules: [{}] }
`;

function instance(version: string): WorkloadInstance {
  return {
    ...{ namespace: "default", name: `reviews-${version}`, workload: "reviews", serviceAccount: "reviews" },
    labels: { app: "reviews", version },
    address: "10.0.0.1",
    ports: [{ name: "http", appPort: 9080, inboundPort: 19_080 }],
    ...{ health: "healthy", locality: "", weight: 1 },
  };
}

function explained(spec: string, instances: readonly WorkloadInstance[], groups: readonly string[] = []): string[] {
  const entry = resource(
    "ServiceEntry",
    `{ hosts: [${HOST}], resolution: STATIC, ports: [{ name: http, number: 80 }], ${spec} }`,
  );
  const { resources, diagnostics } = parseDocuments([entry, POLICIES, ...groups].join("\n---\n"));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return explainService({ revision: 1, mesh, resources, instances }, HOST)
    .filter(({ ref }) => !ref.startsWith("ServiceEntry"))
    .map(({ ref, reason }) => `${ref}: ${reason}`);
}

const running = [instance("v1"), instance("v2")];

test("policies are explained by the workloads of a service", () => {
  expect(explained("workloadSelector: { labels: { app: reviews } }", running)).toEqual([
    "PeerAuthentication/default/strict: mTLS STRICT; holds for namespace default",
    "AuthorizationPolicy/default/v1: ALLOW by 1 rule; selects 1 of 2 of its workloads",
  ]);
});

test.each([
  ["an address outside", "endpoints: [{ address: 192.0.2.1 }]", running],
  ["a selector without labels", "workloadSelector: { labels: {} }", running],
  ["a selector that nobody matches", "workloadSelector: { labels: { app: other } }", running],
  ["a selector whose workloads do not run", "workloadSelector: { labels: { app: reviews } }", []],
])("a service has no policy where no workload answers: %s", (_name, spec, instances) => {
  expect(explained(spec, instances)).toEqual([]);
});

const GROUPS = ["v1", "v2"].map((version) =>
  resource(
    "WorkloadGroup",
    `{ metadata: { labels: { app: reviews, version: ${version} } }, template: { serviceAccount: reviews } }`,
    `{ name: reviews-${version}, namespace: default }`,
  ),
);

test.each([
  [
    "none of its groups has an instance",
    [],
    [
      "mTLS STRICT; holds for namespace default; none of these runs now",
      "ALLOW by 1 rule; selects 1 of 2 of its workloads; none of these runs now",
    ],
  ],
  [
    "one group has lost its last",
    [{ ...instance("v2"), workload: "reviews-v2" }],
    [
      "mTLS STRICT; holds for namespace default",
      "ALLOW by 1 rule; selects 1 of 2 of its workloads; none of these runs now",
    ],
  ],
  [
    "both run",
    ["v1", "v2"].map((version) => ({ ...instance(version), workload: `reviews-${version}` })),
    ["mTLS STRICT; holds for namespace default", "ALLOW by 1 rule; selects 1 of 2 of its workloads"],
  ],
])("policies over the groups that a service selects are told, whether they run or not: %s", (_, instances, reasons) => {
  const told = explained("workloadSelector: { labels: { app: reviews } }", instances, GROUPS);
  expect(told.map((each) => each.replace(/^[^:]*: /, ""))).toEqual(reasons);
});

test("what proxies are patched with and run is told as policies are, also where nobody has such a proxy yet", () => {
  const ofProxies = [
    `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: none, namespace: default }
spec:
  workloadSelector: { labels: { version: v1 } }
  configPatches: [{ applyTo: CLUSTER, patch: { operation: REMOVE } }]
`,
    `
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: rules, namespace: istio-system }
spec: { url: "file:///rules.wasm" }
`,
  ];
  const told = explained("workloadSelector: { labels: { app: reviews } }", [], [...GROUPS, ...ofProxies]);
  expect(told.filter((each) => /^(EnvoyFilter|WasmPlugin)/.test(each))).toEqual([
    expect.stringMatching(
      /^EnvoyFilter\/default\/none: patches .*; selects 1 of 2 of its workloads; none of these runs now$/,
    ),
    "WasmPlugin/istio-system/rules: runs in the proxies of its workloads; holds for the whole mesh; none of these runs now",
  ]);
});

test("of a host that no service has, the routing that names it, and of a gateway's too", () => {
  const routing = (name: string, host: string, gateways: string) =>
    resource(
      "VirtualService",
      `{ hosts: [${host}], gateways: ${gateways}, http: [{ route: [{ destination: { host: ${HOST} } }] }] }`,
      `{ name: ${name} }`,
    );
  const { resources } = parseDocuments(
    [
      routing("named", "alias.example.com", "[mesh]"),
      routing("front", "front.example.com", "[edge]"),
      routing("all", '"*.example.com"', "[mesh]"),
      POLICIES,
    ].join("\n---\n"),
  );
  const explain = (host: string) =>
    explainService({ revision: 1, mesh, resources, instances: running }, host).map(
      ({ ref, applies, reason }) => `${ref} ${applies}: ${reason}`,
    );
  expect(explain("alias.example.com")).toEqual([
    "VirtualService/default/all false: VirtualService/default/named is more specific, and routes the same host",
    "VirtualService/default/named true: routes requests for this host",
  ]);
  expect(explain("front.example.com")).toContain(
    "VirtualService/default/front true: names the host, but only for edge",
  );
  expect(explain("nobody.example.com")).toEqual([]);
});

test.each([
  ["http: [{ route: [{ destination: { host: OWN }, weight: 0 }, { destination: { host: beta }, weight: 100 }] }]"],
  ["http: [{ route: [{ destination: { host: OWN } }, { destination: { host: beta }, weight: 1 }] }]"],
])("a destination that gets nothing is told as such, for callers in the mesh and at gateways: %s", (routes) => {
  for (const gateways of ["[mesh]", "[edge]", "[edge, mesh]"]) {
    const reasons = explained(
      "endpoints: [{ address: 192.0.2.1 }]",
      [],
      [
        resource(
          "VirtualService",
          `{ hosts: [alpha.example.com], gateways: ${gateways}, ${routes.replace("OWN", HOST)} }`,
          "{ name: split, namespace: default }",
        ),
      ],
    );
    expect(reasons).toEqual([
      "VirtualService/default/split: names it as a destination with weight 0: nothing is sent there",
    ]);
  }
});

test("a limit over routes is told of where gateways bring requests by these, and of no other service", () => {
  const NETWORKING = "group: networking.istio.io, kind: VirtualService, name: shop";
  const limit = (kind: string, name: string, spec: string): string =>
    `apiVersion: limits.pharos.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}`;
  const rules = "rules: [{ name: all, limit: { amount: 5, per: 1s } }]";
  const routes = (section: string): string => `targetRefs: [{ ${NETWORKING}, sectionName: ${section} }]`;
  const own = `{ consumers: [{ namespaces: [a] }], limits: [{ name: l, spec: { ${routes("pay")}, ${rules} } }] }`;
  const reasons = explained(
    "endpoints: [{ address: 192.0.2.1 }]",
    [],
    [
      resource(
        "Gateway",
        "{ selector: { istio: edge }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }] }",
        "{ name: edge, namespace: default }",
      ),
      resource(
        "VirtualService",
        `{ hosts: [shop.example.com], gateways: [edge], http: [{ name: pay, match: [{ uri: { prefix: /pay } }], route: [{ destination: { host: ${HOST} } }] }, { name: look, route: [{ destination: { host: other.example.com } }] }] }`,
        "{ name: shop, namespace: default }",
      ),
      limit("RateLimit", "pay", `{ ${routes("pay")}, ${rules} }`),
      limit("RateLimit", "look", `{ ${routes("look")}, ${rules} }`),
      limit("Quota", "all", `{ targetRef: { ${NETWORKING} }, amount: 9, period: { once: Ever } }`),
      limit("Plan", "gold", own),
      limit("Plan", "bronze", "{ consumers: [{ namespaces: [a] }], limits: [{ name: pay, rule: all, amount: 9 }] }"),
      limit("Plan", "tin", "{ consumers: [{ namespaces: [a] }], limits: [{ name: look, rule: all, amount: 9 }] }"),
      limit("Plan", "silver", own.replace("sectionName: pay", "sectionName: look")),
    ],
  );
  expect(reasons.filter((each) => /^(?:RateLimit|Quota|Plan)/.test(each))).toEqual([
    "Quota/default/all: counts out 9 in all; requests that default/edge brings here by the routes of VirtualService shop",
    "Plan/default/bronze: gives 9 of RateLimit pay, rule all; for namespace a",
    "Plan/default/gold: gives RateLimit l of its own: At most 5 requests in 1s; on route pay of VirtualService shop; for namespace a",
    "RateLimit/default/pay: limits (all: 5 in 1s); requests that default/edge brings here by route pay of VirtualService shop",
  ]);
});
