import { expect, test } from "vitest";
import { check } from "#core/check/testing/check.ts";

// What a limit says by itself: rate-limit.test.ts.

const LIMIT = "limit: { amount: 10, per: 1s }";
const R = "spec.rules[0]";

const server = (port: number, protocol: string, more = ""): string =>
  `{ port: { number: ${port}, name: p${port}, protocol: ${protocol} }, hosts: ["*"]${more} }`;
const TLS = server(9443, "TLS", ", tls: { mode: PASSTHROUGH }");
test.each([
  ["all that carry TCP", [TLS, server(5432, "TCP")], "", ["warning http-only-setting RateLimit/default/limit spec"]],
  ["some that do", [server(80, "HTTP"), TLS], "", ["info http-only-setting RateLimit/default/limit spec"]],
  ["none that does", [server(80, "HTTP"), server(9080, "GRPC")], "", []],
  [
    "one that is named",
    [server(80, "HTTP"), TLS],
    "9443",
    [`warning http-only-setting RateLimit/default/limit ${R}.match[0].to[0].operation.ports[0]`],
  ],
  ["one of requests that is named", [server(80, "HTTP"), TLS], "80", []],
])("a limit of a gateway counts requests: of servers it is told of %s", (_, servers, port, expected) => {
  const match = port === "" ? "" : `, match: [{ to: [{ operation: { ports: ["${port}"] } }] }]`;
  const found = check(
    `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: edge }
spec: { metadata: { labels: { app: edge } }, template: { serviceAccount: edge } }`,
    `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge }
spec: { selector: { app: edge }, servers: [${servers.join(", ")}] }`,
    `apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit }
spec:
  targetRefs: [{ group: networking.istio.io, kind: Gateway, name: edge }]
  rules: [{ name: r, ${LIMIT}${match} }]`,
  ).filter((line) => line.includes("http-only-setting"));
  expect(found).toEqual(expected);
});

const ROUTED = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop }
spec: { hosts: [a.test], GATEWAYS http: [{ name: pay, directResponse: { status: 200 } }] }`;
const EDGE = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: istio-system }
spec: { selector: { istio: gw }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }`;
const EDGE_GROUP = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: gw, namespace: istio-system }
spec: { metadata: { labels: { istio: gw } }, template: {} }`;
const AT_EDGE = ROUTED.replace("GATEWAYS", "gateways: [istio-system/edge],");

test.each<[string, string, string, string[], string[]]>([
  ["a route that is there", "VirtualService", "shop, sectionName: pay", [AT_EDGE, EDGE, EDGE_GROUP], []],
  ["all routes", "VirtualService", "shop", [AT_EDGE, EDGE, EDGE_GROUP], []],
  ["no such route", "VirtualService", "shop, sectionName: gone", [AT_EDGE, EDGE, EDGE_GROUP], ["[0].sectionName"]],
  ["no such VirtualService", "VirtualService", "gone", [AT_EDGE, EDGE, EDGE_GROUP], ["[0].name"]],
  ["one of callers in the mesh", "VirtualService", "shop", [ROUTED.replace("GATEWAYS", ""), EDGE], ["[0]"]],
  ["a gateway that nobody serves", "VirtualService", "shop", [AT_EDGE, EDGE], ["[0]"]],
  ["no such group", "WorkloadGroup", "gone", [], ["[0].name"]],
  ["a group of another namespace", "WorkloadGroup", "gw", [EDGE_GROUP], ["[0].name"]],
])("as a target: %s", (_, kind, name, others, paths) => {
  const limit = `apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: a }
spec: { targetRefs: [{ group: networking.istio.io, kind: ${kind}, name: ${name} }], rules: [{ name: r, limit: { amount: 1, per: 1s } }] }`;
  expect(check(limit, ...others).filter((line) => line.includes("policy-target-not-found"))).toEqual(
    paths.map((path) => `warning policy-target-not-found RateLimit/default/a spec.targetRefs${path}`),
  );
});

const DATABASE = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db }
spec:
  hosts: [db.default.svc.cluster.local]
  resolution: STATIC
  workloadSelector: { labels: { app: db } }
  ports: [{ number: 5432, name: sql, protocol: TCP }]`;
const AT_DATABASE = (ports: string) => `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: db }
spec: { address: 10.0.0.1, labels: { app: db }, ports: { ${ports} } }`;
const OVER_DATABASE = (rules: string) => `apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit }
spec: { selector: { matchLabels: { app: db } }, rules: [{ name: r, limit: { amount: 1, per: 1s }${rules} }] }`;
const withCode = (code: string, ...documents: string[]) =>
  check(...documents).filter((line) => line.split(" ")[1] === code);

test("where all that workloads carry is TCP a limit counts nothing, though it names no port", () => {
  const limit = OVER_DATABASE("");
  expect(withCode("http-only-setting", DATABASE, AT_DATABASE("sql: 5432"), limit)).toEqual([
    "warning http-only-setting RateLimit/default/limit spec",
  ]);
  expect(withCode("http-only-setting", DATABASE, AT_DATABASE("sql: 5432, web: 80"), limit)).toEqual([]);
});

test("a claim tells nobody apart where no token is checked", () => {
  const limit = OVER_DATABASE(', bucket: { key: [{ attribute: "request.auth.claims[sub]" }], missing: Share }');
  const checked = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens }
spec: { jwtRules: [{ issuer: https://a.test }] }`;
  const entry = AT_DATABASE("web: 80");
  expect(withCode("claims-not-checked", entry, limit)).toEqual([
    `warning claims-not-checked RateLimit/default/limit ${R}.bucket.key[0].attribute`,
  ]);
  expect(withCode("claims-not-checked", entry, checked, limit)).toEqual([]);
});

test("nor does it say there which requests count, are exempt or of a class", () => {
  const claim = '[{ when: [{ key: "request.auth.claims[org]", values: [a] }] }]';
  const absent = '[{ when: [{ key: "request.auth.claims[org]", notValues: [a] }] }]';
  const entry = AT_DATABASE("web: 80");
  const limit = (of: string) =>
    OVER_DATABASE(
      `, match: ${of}, exempt: [{ from: [{ source: { requestPrincipals: ["*"] } }] }], reserve: [{ name: a, share: 50, match: ${of} }]`,
    );
  expect(withCode("claims-not-checked", entry, limit(claim))).toEqual(
    ["exempt[0].from[0].source.requestPrincipals", "match[0].when[0].key", "reserve[0].match[0].when[0].key"].map(
      (field) => `warning claims-not-checked RateLimit/default/limit ${R}.${field}`,
    ),
  );
  expect(withCode("claims-not-checked", entry, limit(absent))).toHaveLength(1);
});
