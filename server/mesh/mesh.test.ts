import { create, fromBinary, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import type { IssuedCertificate, TestAuthority } from "#grpc/testing/certificates.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { type MeshHandle, startMesh } from "#server/mesh/start-mesh.ts";
import type { AdsEvent } from "#server/xds/ads-server.ts";

const REVIEWS: AnyResource = {
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name: "reviews", namespace: "default" },
  spec: {
    hosts: ["reviews.default.svc.cluster.local"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    endpoints: [{ address: "127.0.0.9" }],
  },
};
const NODE = "sidecar~127.0.0.1~caller-0.default~default.svc.cluster.local";
const STREAM = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

function timeout(revision: number, seconds: string) {
  const route: AnyResource = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "reviews", namespace: "default" },
    spec: {
      hosts: ["reviews.default.svc.cluster.local"],
      http: [{ timeout: seconds, route: [{ destination: { host: "reviews.default.svc.cluster.local" } }] }],
    },
  };
  return { revision, upserts: [route], deletes: [], instanceUpserts: [], instanceDeletes: [] };
}

let ours: TestAuthority;
let foreign: TestAuthority;
let mesh: MeshHandle;
let snapshot: Snapshot;
const events: AdsEvent[] = [];
const forwarded: ForwardedPeer[] = [];
const clients: GrpcClient[] = [];

beforeAll(async () => {
  [ours, foreign] = await Promise.all([makeTestAuthority(), makeTestAuthority("CN=foreign root")]);
  snapshot = {
    revision: 1,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 100,
    },
    resources: [REVIEWS],
    instances: [],
  };
  mesh = await startMesh({
    snapshot: () => snapshot,
    host: "127.0.0.1",
    port: 0,
    plaintextPort: 0,
    tls: { ...(await ours.issue("spiffe://cluster.local/ns/istio-system/sa/pharos")), roots: ours.roots },
    trustDomain: "cluster.local",
    handlers: new Map([
      [
        "/t.S/Echo",
        async (request, peer) => {
          forwarded.push(peer);
          return request;
        },
      ],
    ]),
    onLimit: () => undefined,
    onCrash: (error) => expect.fail(error.message),
    onFailure: (path, error) => expect.fail(`${path}: ${error.message}`),
  });
  mesh.onEvent((event) => events.push(event));
});
// A test that failed leaves no proxy to the next one.
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await expect.poll(() => mesh.nodes()).toEqual([]);
});
afterAll(() => mesh.close());

async function dial(identity: Partial<IssuedCertificate> | "plaintext"): Promise<GrpcClient> {
  const client = await connectGrpc(
    identity === "plaintext"
      ? { address: `127.0.0.1:${mesh.plaintextPort}` }
      : { address: `127.0.0.1:${mesh.port}`, tls: { roots: ours.roots, ...identity } },
  );
  clients.push(client);
  return client;
}

/** A stream that asks for everything and acknowledges it, and what it was sent: type → name → body. */
async function subscribe(
  identity: Partial<IssuedCertificate> | "plaintext",
  node: { id?: string; metadata?: JsonObject } = {},
) {
  const client = await dial(identity);
  const held = new Map<string, Map<string, string>>();
  const sent: string[] = [];
  const ended = Promise.withResolvers<Error | undefined>();
  const say = (message: Parameters<typeof create<typeof DeltaDiscoveryRequestSchema>>[1]): void =>
    void stream.send([toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, message))]);
  const stream = client.stream(STREAM, {
    onMessage: (message) => {
      const { typeUrl, nonce, resources } = fromBinary(DeltaDiscoveryResponseSchema, message);
      const all = held.get(typeUrl) ?? new Map();
      for (const { name, resource } of resources) all.set(name, Buffer.from(resource?.value ?? []).toString("latin1"));
      sent.push(...resources.map(({ resource }) => Buffer.from(resource?.value ?? []).toString("latin1")));
      held.set(typeUrl, all);
      say({ typeUrl, responseNonce: nonce });
    },
    onClose: ended.resolve,
  });
  say({
    node: { id: node.id ?? NODE, metadata: { NAMESPACE: "default", SERVICE_ACCOUNT: "caller", ...node.metadata } },
    typeUrl: TYPE_URLS.CDS,
  });
  for (const type of ["LDS", "VHDS"] as const) say({ typeUrl: TYPE_URLS[type] });
  const of = (type: XdsType): ReadonlyMap<string, string> => held.get(TYPE_URLS[type]) ?? new Map();
  return { of, sent, ended: ended.promise, close: () => client.close() };
}

const id = (account: string, namespace = "default") => `spiffe://cluster.local/ns/${namespace}/sa/${account}`;

test("a proxy gets its configuration, an edit reaches it, and the main thread sees all of it", async () => {
  const proxy = await subscribe(await ours.issue(id("caller")));
  await expect.poll(() => proxy.of("CDS").has("outbound|80||reviews.default.svc.cluster.local")).toBe(true);
  await expect.poll(() => proxy.of("VHDS").size).toBeGreaterThan(0);
  // What the thread tells of its proxies comes a moment later than what it sends them.
  await expect.poll(() => events).toContainEqual({ kind: "connected", id: NODE, key: "default/caller-0" });
  expect(await mesh.proxies()).toMatchObject([
    {
      id: NODE,
      name: "caller-0",
      namespace: "default",
      spiffeId: id("caller"),
      certificateNotAfter: expect.any(String),
    },
  ]);
  const [{ certificateNotAfter = "" } = {}] = await mesh.proxies();
  const endMs = Date.parse(certificateNotAfter ?? "");
  expect(await mesh.fleet(endMs)).toMatchObject({ total: 1, refused: 0, expiring: 0 });
  expect((await mesh.fleet(endMs + 1)).expiring).toBe(1);

  expect((await mesh.nodes()).map((node) => node.id)).toEqual([NODE]);
  expect(await mesh.apply(timeout(2, "7s"))).toEqual({ diagnostics: [] });
  await expect.poll(async () => (await mesh.distribution(2))?.isComplete).toBe(true);
  expect(await mesh.distribution(2)).toMatchObject({ revision: 2, proxies: [{ id: NODE, state: "acked" }] });
  expect(await mesh.proxyConfig(NODE, "VHDS")).toContainEqual(
    expect.objectContaining({
      layer: expect.stringContaining("outbound/"),
      origins: expect.arrayContaining([expect.objectContaining({ resource: "VirtualService/default/reviews" })]),
      resource: expect.objectContaining({
        routes: [expect.objectContaining({ route: expect.objectContaining({ timeout: "7s" }) })],
      }),
    }),
  );
  proxy.close();
  await expect.poll(() => events.some(({ kind }) => kind === "disconnected")).toBe(true);
  expect(await mesh.distribution(2)).toMatchObject({ away: [NODE] });
});

/** Routes that carry their name as a cluster, for callers with a label and for the others. */
function forCallers(revision: number, routes: readonly { readonly to: string; readonly app?: string }[]) {
  const service: AnyResource = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "reviews", namespace: "default" },
    spec: {
      hosts: ["reviews.default.svc.cluster.local"],
      http: routes.map(({ to, app }) => ({
        ...(app === undefined ? {} : { match: [{ sourceLabels: { app } }] }),
        route: [{ destination: { host: `${to}.example.com` } }],
      })),
    },
  };
  return { revision, upserts: [service], deletes: [], instanceUpserts: [], instanceDeletes: [] };
}

test("an edit after which callers no longer share what they get moves open streams, and no other's routes are sent on the way", async () => {
  const NODES = { a: "sidecar~127.0.0.1~a-0.default~x", b: "sidecar~127.0.0.1~b-0.default~x" };
  const a = await subscribe("plaintext", { id: NODES.a, metadata: { LABELS: { app: "a" } } });
  const b = await subscribe("plaintext", { id: NODES.b, metadata: { LABELS: { app: "b" } } });
  for (const proxy of [a, b]) await expect.poll(() => proxy.of("VHDS").size).toBeGreaterThan(0);
  const routesOf = (proxy: typeof a) => [...new Set([...proxy.of("VHDS").values()].join().match(/to-\w+/g))];

  await mesh.apply(forCallers(3, [{ to: "to-every" }]));
  for (const proxy of [a, b]) await expect.poll(() => routesOf(proxy)).toEqual(["to-every"]);

  await mesh.apply(forCallers(4, [{ to: "to-a", app: "a" }, { to: "to-b", app: "b" }, { to: "to-none" }]));
  await expect.poll(async () => (await mesh.distribution(4))?.isComplete).toBe(true);
  expect((await mesh.distribution(4))?.proxies.map(({ id, state }) => [id, state]).sort()).toEqual([
    [NODES.a, "acked"],
    [NODES.b, "acked"],
  ]);
  for (const [proxy, name, other] of [
    [a, "a", "b"],
    [b, "b", "a"],
  ] as const) {
    expect(routesOf(proxy)).toEqual([`to-${name}`]);
    for (const wrong of [`to-${other}`, "to-none"]) expect(proxy.sent.join()).not.toContain(wrong);
    expect(JSON.stringify(await mesh.proxyConfig(NODES[name], "VHDS"))).toContain(`to-${name}.example.com`);
  }

  await mesh.apply(forCallers(5, [{ to: "to-every" }]));
  for (const proxy of [a, b]) await expect.poll(() => routesOf(proxy)).toEqual(["to-every"]);
  for (const proxy of [a, b]) proxy.close();
});

test.each([
  [
    "without a certificate",
    () => ({}),
    {},
    { code: "unauthenticated", message: expect.stringContaining("showed no certificate") },
  ],
  [
    "with a certificate of another root",
    () => foreign.issue(id("caller")),
    {},
    { code: "unauthenticated", message: expect.stringContaining("is not trusted") },
  ],
  [
    "with a certificate that has ended",
    () => ours.issue(id("caller"), -1000),
    {},
    { code: "unauthenticated", message: expect.stringContaining("ended at") },
  ],
  [
    "of another namespace",
    () => ours.issue(id("caller", "other")),
    {},
    {
      code: "forbidden",
      message: expect.stringContaining("needs the identity spiffe://cluster.local/ns/default/sa/caller"),
    },
  ],
  [
    "of another account",
    () => ours.issue(id("thief")),
    {},
    { code: "forbidden", message: expect.stringContaining("showed spiffe://cluster.local/ns/default/sa/thief") },
  ],
  [
    "of another account that leaves out which it is",
    () => ours.issue("spiffe://elsewhere/ns/default/sa/caller"),
    { metadata: { SERVICE_ACCOUNT: "" } },
    { code: "forbidden" },
  ],
  [
    "whose metadata names another namespace than its id",
    () => ours.issue(id("caller")),
    { metadata: { NAMESPACE: "other" } },
    { code: "invalid" },
  ],
  [
    "whose id is none",
    () => ours.issue(id("caller")),
    { id: "me" },
    { code: "invalid", message: expect.stringContaining('node id "me" is not understood') },
  ],
] as const)("refuses a proxy %s, and says so", async (_, identity, node, expected) => {
  const before = events.length;
  const proxy = await subscribe(await identity(), node);
  expect(await proxy.ended).toMatchObject(expected);
  expect(proxy.of("CDS").size).toBe(0);
  await expect
    .poll(() => events.slice(before).filter((event) => event.kind === "refused" && !event.node.startsWith("spiffe:")))
    .toMatchObject([{ from: expect.stringContaining("127.0.0.1") }]);
});

test("the port without TLS serves load tools on this machine, and streams only", async () => {
  const proxy = await subscribe("plaintext", { id: "sidecar~10.0.0.1~load-0.default~default.svc.cluster.local" });
  await expect.poll(() => proxy.of("CDS").size).toBeGreaterThan(0);
  await expect(
    (await dial("plaintext")).unary("/t.S/Echo", Buffer.from("x"), { timeoutMs: 5000 }),
  ).rejects.toMatchObject({ code: "not-found" });
  proxy.close();
});

test("calls that are not xDS are answered on the main thread, which knows the caller", async () => {
  const client = await dial(await ours.issue(id("caller")));
  expect(
    String(
      await client.unary("/t.S/Echo", Buffer.from("hello"), {
        timeoutMs: 5000,
        metadata: { authorization: "Bearer t" },
      }),
    ),
  ).toBe("hello");
  expect(forwarded.at(-1)).toMatchObject({
    certificate: { isTrusted: true, uris: [id("caller")] },
    headers: { authorization: "Bearer t" },
  });
});

test("a thread that is started anew serves the configuration as it stands, on the same port, with the newest certificate", async () => {
  const [key, chain] = [
    await ours.issue("spiffe://cluster.local/ns/istio-system/sa/renewed"),
    await ours.issue(id("caller")),
  ];
  await mesh.setTls({ ...key, roots: ours.roots });
  const before = await subscribe(chain);
  await expect.poll(() => before.of("CDS").size).toBeGreaterThan(0);
  // What the thread tells of its proxies comes a moment later than what it sends them.
  await expect
    .poll(() => events.findLast((event) => "key" in event && event.key === "default/caller-0")?.kind)
    .toBe("connected");
  snapshot = { ...snapshot, revision: 5, resources: [REVIEWS, ...timeout(5, "9s").upserts] };
  const seen = events.length;
  await mesh.restart();
  expect(await before.ended).toMatchObject({ code: "unavailable" });
  expect(events.slice(seen)).toContainEqual({ kind: "disconnected", id: NODE, key: "default/caller-0" });
  const names: string[] = [];
  const client = await connectGrpc({
    address: `127.0.0.1:${mesh.port}`,
    tls: { ...chain, verify: ([leaf]) => void names.push(leaf?.subjectAltName ?? "") },
  });
  client.close();
  expect(names).toEqual(["URI:spiffe://cluster.local/ns/istio-system/sa/renewed"]);
  const after = await subscribe(chain);
  await expect.poll(() => after.of("VHDS").size).toBeGreaterThan(0);
  expect(JSON.stringify(await mesh.proxyConfig(NODE, "VHDS"))).toContain('"timeout":"9s"');
  await expect.poll(async () => (await mesh.proxies()).find((proxy) => proxy.id === NODE)?.revision).toBe(5);
});
