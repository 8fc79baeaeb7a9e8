import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { describeConcerned } from "#core/traffic/describe-concerned.ts";
import { findConcerned } from "#core/traffic/find-concerned.ts";

const SECONDS = 10;
const UNKNOWN_END = { workload: "unknown", namespace: "unknown", app: "unknown", version: "unknown" };

interface Case extends Partial<TrafficKey> {
  /** A workload of namespace default, or null for a stranger. */
  readonly from: string | null;
  readonly to: string;
  readonly perSecond: number;
}

function row({ from, to, perSecond, ...labels }: Case): TrafficRow {
  const end = (name: string) => ({ workload: name, namespace: "default", app: name, version: "v1" });
  const [source, destination] = [from === null ? UNKNOWN_END : end(from), end(to)];
  const key: TrafficKey = {
    ...NOBODY,
    reporter: from === null ? "destination" : "source",
    sourceWorkload: source.workload,
    sourceNamespace: source.namespace,
    sourceApp: source.app,
    sourceVersion: source.version,
    sourcePrincipal: from === null ? "unknown" : `spiffe://mesh.test/ns/default/sa/${from}`,
    destinationWorkload: destination.workload,
    destinationNamespace: destination.namespace,
    destinationApp: destination.app,
    destinationVersion: destination.version,
    destinationService: `${to}.default.svc.cluster.local`,
    destinationPort: 80,
    responseCode: 200,
    security: from === null ? "none" : "mutual_tls",
    ...labels,
  };
  const count = perSecond * SECONDS;
  return {
    key,
    count,
    opened: 0,
    requestBytes: 0,
    responseBytes: 0,
    durationSumMs: 0,
    durations: [],
  };
}

const REFUSED = { protocol: "tcp", responseFlags: "NR", deniedBy: "mtls[plaintext]", responseCode: 0 } as const;
/** shop and blog call reviews; a stranger calls reviews and details in plain text; the gateway calls shop. */
const ROWS = [
  { from: "shop", to: "reviews", perSecond: 4 },
  // The called end tells of the same.
  { from: "shop", to: "reviews", perSecond: 4, reporter: "destination" as const },
  { from: "blog", to: "reviews", perSecond: 1.9 },
  { from: "blog", to: "reviews", perSecond: 2, protocol: "tcp" as const, destinationPort: 7000, responseCode: 0 },
  { from: null, to: "reviews", perSecond: 1.3, sourceAddress: "10.0.0.7" },
  { from: null, to: "details", perSecond: 0.5, sourceAddress: "10.0.0.8" },
  { from: null, to: "ratings", perSecond: 2.5, ...REFUSED },
  { from: "ingress", to: "shop", perSecond: 7, fromGateway: true },
  { from: "shop", to: "ratings", perSecond: 3 },
];

const instance = (workload: string): WorkloadInstance => ({
  namespace: "default",
  name: `${workload}-0`,
  workload,
  labels: { app: workload },
  serviceAccount: workload,
  address: "127.0.0.1",
  ports: [
    { name: "http", appPort: 9080, inboundPort: 15_080 },
    { name: "tcp", appPort: 7070, inboundPort: 15_070 },
  ],
  health: "healthy",
  locality: "",
  weight: 1,
});
const WORKLOADS = ["shop", "blog", "reviews", "details", "ratings", "ingress"];

function read(kind: string, spec: string, name = "x"): AnyResource {
  const group = /Policy|PeerAuth/.test(kind) ? "security" : "networking";
  const { resources, diagnostics } = parseDocuments(
    `apiVersion: ${group}.istio.io/${kind === "EnvoyFilter" ? "v1alpha3" : "v1"}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: default }\nspec: ${spec}\n`,
  );
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const [only] = resources;
  if (only === undefined) throw new Error(`no resource in ${spec}`);
  return only;
}

const SERVICES = WORKLOADS.map((name) =>
  read(
    "ServiceEntry",
    `{ hosts: [${name}.default.svc.cluster.local], resolution: STATIC, workloadSelector: { labels: { app: ${name} } },
       ports: [{ name: http, number: 80, protocol: HTTP }, { name: tcp, number: 7000, protocol: TCP }] }`,
    name,
  ),
);

function sample(sourceWorkload: string, method: string, path: string): RequestRecord {
  return requestCase({ method, path, sourceWorkload, destinationWorkload: "reviews" });
}
/** One in four of shop's requests is for /admin. */
const SAMPLES = ["/admin", "/", "/", "/list"].map((path) => sample("shop", path === "/admin" ? "POST" : "GET", path));

function concerned(
  before: AnyResource | undefined,
  after: AnyResource | undefined,
  { others = [] as readonly AnyResource[], rows = ROWS as readonly Case[] } = {},
) {
  const found = findConcerned({
    changes: [{ before, after }],
    resources: [...SERVICES, ...others, ...(before === undefined ? [] : [before])],
    instances: WORKLOADS.map(instance),
    mesh: { trustDomain: "mesh.test", domainSuffix: "cluster.local", rootNamespace: "istio-system" },
    rows: rows.map(row),
    samples: SAMPLES,
    seconds: SECONDS,
  });
  return found && { ...found, requestsPerSecond: Number(found.requestsPerSecond.toFixed(6)) };
}
const rate = (...args: Parameters<typeof concerned>) => concerned(...args)?.requestsPerSecond;

const policy = (action: string, rules: string, app = "reviews") =>
  read("AuthorizationPolicy", `{ selector: { matchLabels: { app: ${app} } }, action: ${action}, rules: [${rules}] }`);
const BLOG = "{ from: [{ source: { serviceAccounts: [blog] } }], to: [{ operation: { ports: ['9080'] } }] }";
const SHOP = "{ from: [{ source: { principals: [cluster.local/ns/default/sa/shop] } }] }";

test.each([
  ["a caller, at one port", "DENY", BLOG, 1.9, false],
  ["a caller, of the mesh's trust domain by whatever name", "DENY", SHOP, 4, false],
  [
    "everybody with a certificate, on HTTP and TCP",
    "DENY",
    "{ from: [{ source: { namespaces: [default] } }] }",
    7.9,
    false,
  ],
  ["those without one", "DENY", "{ from: [{ source: { notNamespaces: [default] } }] }", 1.3, false],
  ["a port that nobody uses", "DENY", "{ to: [{ operation: { ports: ['1'] } }] }", 0, false],
  [
    "a path, by the share of what was sampled",
    "DENY",
    "{ from: [{ source: { serviceAccounts: [shop] } }], to: [{ operation: { paths: ['/adm*'] } }] }",
    1,
    false,
  ],
  [
    "methods, likewise",
    "DENY",
    "{ from: [{ source: { serviceAccounts: [shop] } }], to: [{ operation: { notMethods: [POST] } }] }",
    3,
    false,
  ],
  [
    "a header, of which nothing is recorded: so much at most",
    "DENY",
    "{ from: [{ source: { serviceAccounts: [shop] } }], when: [{ key: 'request.headers[x]', values: [y] }] }",
    4,
    true,
  ],
  ["the first ALLOW: all that comes", "ALLOW", BLOG, 9.2, false],
] as const)("a new policy counts what its rules match: %s", (_, action, rules, expected, isUpperBound) => {
  expect(concerned(undefined, policy(action, rules))).toMatchObject({ requestsPerSecond: expected, isUpperBound });
});

test("of a policy that changes, the rules that change count; one that goes counts as one that comes", () => {
  expect(rate(policy("DENY", `${BLOG}, ${SHOP}`), policy("DENY", SHOP))).toBe(1.9);
  expect(rate(policy("DENY", BLOG), undefined)).toBe(1.9);
  expect(rate(policy("DENY", SHOP), policy("DENY", SHOP))).toBe(0);
  const other = read("AuthorizationPolicy", "{ action: ALLOW, rules: [{}] }", "other");
  expect(rate(policy("ALLOW", BLOG), undefined, { others: [other] })).toBe(1.9);
  expect(rate(undefined, policy("DENY", "{}", "nobody"))).toBe(0);
});

const peers = (mode: string, more = "") => read("PeerAuthentication", `{ ${more} mtls: { mode: ${mode} } }`);
const OF_REVIEWS = "selector: { matchLabels: { app: reviews } },";

test("STRICT counts the plain text that it will refuse, with who sends it", () => {
  const found = concerned(undefined, peers("STRICT", OF_REVIEWS));
  expect(found).toMatchObject({ requestsPerSecond: 1.3, plaintextPerSecond: 1.3 });
  expect(found?.callers).toEqual([
    {
      caller: "unknown",
      called: "default/reviews",
      requestsPerSecond: 1.3,
      plaintextPerSecond: 1.3,
      refusedPerSecond: 0,
      addresses: ["10.0.0.7"],
    },
  ]);
  expect(describeConcerned(found)).toEqual([
    "traffic concerned: 1.30/s over the last minute (what comes in another way than will be taken)",
    "  unknown -> default/reviews: 1.30/s, 1.30/s in plain text, from 10.0.0.7",
  ]);
});

test.each([
  ["a namespace's STRICT leaves out what a workload's own policy decides", undefined, peers("STRICT"), 3.8],
  ["PERMISSIVE after STRICT counts what was refused", peers("STRICT"), peers("PERMISSIVE"), 2.5],
  ["STRICT that stays counts nothing", peers("STRICT"), peers("STRICT"), 0],
  [
    "a port's own mode keeps the rest out",
    undefined,
    peers("STRICT", `${OF_REVIEWS} portLevelMtls: { 9080: { mode: PERMISSIVE } },`),
    0,
  ],
  ["DISABLE counts what comes over mTLS", undefined, peers("DISABLE", OF_REVIEWS), 7.9],
] as const)("%s", (_, before, after, expected) => {
  const details = read(
    "PeerAuthentication",
    "{ selector: { matchLabels: { app: details } }, mtls: { mode: PERMISSIVE } }",
    "details",
  );
  expect(rate(before, after, { others: [details] })).toBe(expected);
});

const route = (hosts: string, to: string, more = "") =>
  read("VirtualService", `{ hosts: ["${hosts}"], ${more} http: [{ route: [{ destination: { host: ${to} } }] }] }`);

test.each([
  [
    "a routing, what is for its host, not what its new destination gets from others",
    undefined,
    route("ratings", "reviews"),
    5.5,
  ],
  ["a routing that goes, also what it sends elsewhere", route("ratings", "details"), undefined, 6],
  ["a gateway's routing, what gateways send there", undefined, route("*", "shop", "gateways: [front],"), 7],
  ["a gateway's routing, nothing that sidecars send", undefined, route("*", "reviews", "gateways: [front],"), 0],
  ["a DestinationRule, what is for its host", undefined, read("DestinationRule", "{ host: reviews }"), 9.2],
  [
    "a gateway, what comes through its proxies",
    undefined,
    read(
      "Gateway",
      '{ selector: { app: ingress }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }',
    ),
    7,
  ],
  ["a service that goes, what is for it", SERVICES[3], undefined, 0.5],
  ["a workload's group, what comes to it", undefined, read("WorkloadGroup", "{ template: {} }", "details"), 0.5],
  [
    "an entry, what is for the services that select it",
    undefined,
    read("WorkloadEntry", "{ address: 10.1.1.1, labels: { app: details } }"),
    0.5,
  ],
] as const)("counts of %s", (_, before, after, expected) => {
  expect(rate(before, after)).toBe(expected);
});

test("a request that two changes bear on counts once; where nothing was measured nothing is said", () => {
  const input = {
    resources: SERVICES,
    instances: WORKLOADS.map(instance),
    mesh: { trustDomain: "mesh.test", domainSuffix: "cluster.local", rootNamespace: "istio-system" },
    samples: SAMPLES,
    seconds: SECONDS,
  };
  const changes = [
    { before: undefined, after: policy("DENY", BLOG) },
    { before: undefined, after: policy("DENY", "{ from: [{ source: { namespaces: [default] } }] }") },
  ];
  expect(findConcerned({ ...input, changes, rows: ROWS.map(row) })?.requestsPerSecond).toBeCloseTo(7.9);
  expect(findConcerned({ ...input, changes, rows: [] })).toBeNull();
});

const REST = "{ egress: [{ hosts: ['./reviews.default.svc.cluster.local'] }] }";
const ONLY = REST.replace("{ egress", "{ outboundTrafficPolicy: {}, egress");
const OF_BLOG = ONLY.replace("{ outbound", "{ workloadSelector: { labels: { app: blog } }, outbound");
const OUTSIDE = [{ from: "shop", to: "nowhere", perSecond: 5 }];

test.each([
  ["calls to what callers know no longer", undefined, ONLY, ROWS, 10],
  ["the same where it goes", ONLY, undefined, ROWS, 10],
  ["the same where what is not imported goes where the caller says", undefined, REST, ROWS, 10],
  ["none where it says the same", ONLY, ONLY, ROWS, 0],
  ["none of a caller that it is not for", undefined, OF_BLOG, ROWS, 0],
  ["a call to what nobody knows, which is refused then", undefined, ONLY, OUTSIDE, 5],
  ["none to what nobody knows, where that goes on as said", undefined, REST, OUTSIDE, 0],
])("a Sidecar counts %s", (_, before, after, rows, expected) => {
  const sidecar = (spec: string | undefined) => (spec === undefined ? undefined : read("Sidecar", spec));
  expect(rate(sidecar(before), sidecar(after), { rows })).toBe(expected);
});

test.each([
  ["from and to those that it selects", "workloadSelector: { labels: { app: blog } },", 3.9],
  ["to those alone that call nobody", "workloadSelector: { labels: { app: details } },", 0.5],
  ["of all", "", 22.2],
])("an EnvoyFilter counts what passes the proxies that it patches, at most: %s", (_, selector, expected) => {
  const patch = "configPatches: [{ applyTo: CLUSTER, patch: { operation: REMOVE } }]";
  const found = concerned(undefined, read("EnvoyFilter", `{ ${selector} ${patch} }`));
  expect(found).toMatchObject({ requestsPerSecond: expected, isUpperBound: true });
});
