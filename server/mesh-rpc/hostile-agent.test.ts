import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { DeltaDiscoveryRequestSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import {
  DeregisterRequestSchema,
  Health,
  RegisterRequestSchema,
  ReportRequestSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Authority } from "#server/ca/authority.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { ecKeys, makeCsr } from "#server/ca/testing/make-csr.ts";
import * as x509 from "#server/ca/x509.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

// An agent with a good certificate of account `shop`, and all it may say: what it cannot do to `ratings` and to the gateway.

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ratings, namespace: default }
spec:
  hosts: [ratings.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 9080, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: ratings } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ratings-v1, namespace: default }
spec: { metadata: { labels: { app: ratings } }, template: { serviceAccount: ratings } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: shop, namespace: default }
spec: { template: { serviceAccount: shop } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: open, namespace: default }
spec: { metadata: { labels: { app: ratings } }, template: {} }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: [secret.example.com] }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ratings, namespace: default }
spec:
  selector: { matchLabels: { app: ratings } }
  action: DENY
  rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/secret-caller] } }] }]
`;
const AGENT = "/pharos.agent.v1.AgentService";
const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
const LONG = "x".repeat(100_000);
const nodeId = (name: string, type = "sidecar") => `${type}~127.0.0.1~${name}.default~default.svc.cluster.local`;

let serve: Serve;
let admin: ApiClient;
let xds: string;
let ours: Authority;
const clients: GrpcClient[] = [];

async function dial(account: string): Promise<GrpcClient> {
  const keys = ecKeys();
  const { publicKey } = new x509.Pkcs10CertificateRequest(makeCsr({ keys }));
  const spiffeId = `spiffe://cluster.local/ns/default/sa/${account}`;
  const { chain } = await ours.issue({ publicKey, spiffeId, lifeMs: 3_600_000 }, Date.now());
  const key = keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const client = await connectGrpc({ address: xds, tls: { roots: ours.root, cert: chain.join(""), key } });
  clients.push(client);
  return client;
}

/** A proxy's stream that asks for these types; resolves once it was answered, rejects with what ended it. */
async function stream(
  client: GrpcClient,
  node: { id: string; metadata?: object },
  types: readonly XdsType[] = ["CDS", "LDS"],
) {
  const ended = Promise.withResolvers<never>();
  const first = Promise.withResolvers<void>();
  const open = client.stream(ADS, { onMessage: () => first.resolve(), onClose: (error) => ended.reject(error) });
  ended.promise.catch(() => undefined);
  for (const [at, type] of types.entries())
    open.send([
      toBinary(
        DeltaDiscoveryRequestSchema,
        create(DeltaDiscoveryRequestSchema, {
          ...(at === 0 ? { node: { id: node.id, metadata: { NAMESPACE: "default", ...node.metadata } } } : {}),
          typeUrl: TYPE_URLS[type],
        }),
      ),
    ]);
  await Promise.race([first.promise, ended.promise]);
  return { ended: ended.promise };
}

const VICTIM: MessageInitShape<typeof RegisterRequestSchema> = {
  namespace: "default",
  name: "ratings-v1-0",
  group: "ratings-v1",
  serviceAccount: "ratings",
  ports: [{ name: "http", appPort: 9080, inboundPort: 19_080 }],
  health: Health.HEALTHY,
};
const HONEST = {
  ...VICTIM,
  name: "shop-0",
  group: "shop",
  serviceAccount: "shop",
  ports: [{ name: "http", appPort: 9081, inboundPort: 19_081 }],
};

const register = (client: GrpcClient, said: MessageInitShape<typeof RegisterRequestSchema>) =>
  client.unary(`${AGENT}/Register`, toBinary(RegisterRequestSchema, create(RegisterRequestSchema, said)), {
    timeoutMs: 5000,
  });

/** What callers are told of ratings: its endpoints, and whose certificates they accept there. */
async function seenByCallers(): Promise<string> {
  const of = async (type: XdsType) => {
    const all = (await admin.proxies.config.query({ id: nodeId("caller-0"), type })) as readonly { name: string }[];
    return all.filter(({ name }) => name.includes("ratings.default"));
  };
  return JSON.stringify([await of("CDS"), await of("EDS")]);
}

let shop: GrpcClient;
let before: string;

beforeAll(async () => {
  serve = await startServe();
  admin = connect({ dir: serve.dir });
  xds = (JSON.parse(readFileSync(join(serve.dir, "server.json"), "utf8")) as { xds: string }).xds;
  ours = await openAuthority(serve.dir, "cluster.local", undefined);
  await admin.config.applyChanges.mutate({ changes: [{ op: "upsert", text: CONFIG }], reason: "" });
  const victim = await dial("ratings");
  await register(victim, VICTIM);
  await stream(victim, { id: nodeId("ratings-v1-0") });
  await stream(await dial("caller"), { id: nodeId("caller-0") }, ["CDS", "EDS"]);
  before = await vi.waitFor(async () => {
    const seen = await seenByCallers();
    // They are two questions: the registration may come between them.
    for (const part of ["19080", "sa/ratings"]) expect(seen).toContain(part);
    return seen;
  }, 10_000);
  shop = await dial("shop");
});
afterAll(async () => {
  for (const client of clients) client.close();
  await serve.stop();
});

type Said = MessageInitShape<typeof RegisterRequestSchema>;

/** For each field: somebody else's value, nonsense, too much; "taken" where it is the workload's own affair. */
const REGISTER: readonly (readonly [field: keyof typeof RegisterRequestSchema.field, said: Said, refused: string])[] = [
  ["namespace", { namespace: "istio-system" }, "forbidden"],
  ["namespace", { namespace: LONG }, "forbidden"],
  ["name", { name: "ratings-v1-0" }, "forbidden"],
  ["name", { name: "ratings-v1-1" }, "forbidden"],
  ["name", { name: "a\nb" }, "invalid"],
  ["name", { name: LONG }, "invalid"],
  ["group", { group: "ratings-v1" }, "forbidden"],
  ["group", { group: "open", name: "other-0" }, "forbidden"],
  ["group", { group: "no-such-group" }, "not-found"],
  ["group", { group: LONG }, "invalid"],
  ["labels", { labels: { app: "ratings" } }, "forbidden"],
  ["labels", { labels: { istio: "ingressgateway" } }, "forbidden"],
  ["labels", { labels: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`l${at}`, "x"])) }, "forbidden"],
  ["serviceAccount", { serviceAccount: "ratings" }, "forbidden"],
  ["address", { address: "169.254.169.254" }, "forbidden"],
  ["address", { address: "224.0.0.1" }, "forbidden"],
  ["address", { address: "10.1.2.3" }, "forbidden"],
  ["address", { address: "unix:///var/run/docker.sock" }, "invalid"],
  ["address", { address: "unix://" }, "invalid"],
  ["address", { address: LONG }, "invalid"],
  ["ports", { ports: [{ name: "http", appPort: 9081, inboundPort: 19_080 }] }, "conflict"],
  ["ports", { ports: [{ name: "http", appPort: 9081, inboundPort: 15_090 }] }, "invalid"],
  ["ports", { ports: [{ name: "http", appPort: 0, inboundPort: 0 }] }, "invalid"],
  ["ports", { ports: [{ name: "http", appPort: 4_000_000_000, inboundPort: 1 }] }, "invalid"],
  [
    "ports",
    { ports: Array.from({ length: 1000 }, (_, at) => ({ name: `p${at}`, appPort: at + 1, inboundPort: at + 1 })) },
    "invalid",
  ],
  ["locality", { locality: "eu/a" }, "forbidden"],
  ["weight", { weight: 100_000 }, "forbidden"],
  ["health", { health: 99 as Health }, "taken"],
  ["unhealthyReason", { health: Health.UNHEALTHY, unhealthyReason: `${LONG}\n` }, "taken"],
  ["problems", { problems: new Array<string>(1000).fill(`${LONG.slice(0, 1000)}\n`) }, "taken"],
  ["agentVersion", { agentVersion: LONG }, "taken"],
  ["proxyVersion", { proxyVersion: LONG }, "taken"],
  ["sentAtMs", { sentAtMs: 2n ** 63n - 1n }, "taken"],
  ["sentAtMs", { sentAtMs: -(2n ** 63n) }, "taken"],
];

test("every field of a registration stands in the table", () => {
  expect(new Set(REGISTER.map(([field]) => field))).toEqual(new Set(Object.keys(RegisterRequestSchema.field)));
});

test.each(REGISTER)("a registration changes nothing of another's by its %s (%#)", async (_, said, refused) => {
  const attempt = register(shop, { ...HONEST, ...said });
  if (refused === "taken") await attempt;
  else await expect(attempt).rejects.toMatchObject({ code: refused });
  expect(await seenByCallers()).toBe(before);
});

test("what an honest one registers is its own service's, if any", async () => {
  await register(shop, HONEST);
  await stream(shop, { id: nodeId("shop-0") });
  expect(await seenByCallers()).toBe(before);
});

test.each([
  ["another's", { namespace: "default", name: "ratings-v1-0" }, /belongs to default\/ratings/],
  ["one of another namespace", { namespace: "istio-system", name: "ratings-v1-0" }, undefined],
  ["one of a name of 100 KB", { namespace: LONG, name: LONG }, undefined],
])("to take %s instance away takes nothing away", async (_, said, why) => {
  const attempt = shop.unary(
    `${AGENT}/Deregister`,
    toBinary(DeregisterRequestSchema, create(DeregisterRequestSchema, said)),
    {
      timeoutMs: 5000,
    },
  );
  if (why === undefined) await attempt;
  else await expect(attempt).rejects.toMatchObject({ code: "forbidden", message: expect.stringMatching(why) });
  expect(await seenByCallers()).toBe(before);
});

describe("a node", () => {
  const shown = async (id: string) =>
    JSON.stringify(
      await Promise.all((["LDS", "RDS"] as const).map((type) => admin.proxies.config.query({ id, type }))),
    );
  const CLAIMS = { LABELS: { app: "ratings", istio: "ingressgateway" }, WORKLOAD_NAME: "ratings-v1" };

  test.each([
    ["unregistered", nodeId("nobody-0", "router")],
    ["unregistered", nodeId("nobody-1")],
    ["registered", nodeId("shop-0", "router")],
    ["registered", nodeId("shop-0")],
  ])("that is %s gets nothing by what it says of itself: %s", async (_, id) => {
    const PHAROS_INBOUND = [{ name: "http", appPort: 9081, inboundPort: 19_081 }];
    await stream(shop, { id, metadata: { ...CLAIMS, PHAROS_INBOUND, INTERCEPTION_MODE: "NONE" } });
    const all = await shown(id);
    for (const others of ["secret.example.com", "secret-caller", "ratings-v1;"]) expect(all).not.toContain(others);
    const [proxy] = (await admin.proxies.list.query()).filter((each) => each.id === id);
    expect(proxy?.workload).not.toBe("ratings-v1");
    // A certificate alone makes a caller: nobody has decided yet what it would answer for.
    expect(all.includes("19081")).toBe(id === nodeId("shop-0"));
  });

  test.each([
    [
      "id",
      { id: nodeId("ratings-v1-0") },
      "forbidden",
      /takes the name of instance default\/ratings-v1-0 of account ratings/,
    ],
    ["id", { id: nodeId("a\nb") }, "invalid", /is not understood/],
    ["id", { id: nodeId(LONG.slice(0, 300)) }, "invalid", /is not understood/],
    ["id", { id: "sidecar~unix:///run/x~shop-0.default~default.svc.cluster.local" }, "invalid", /is not understood/],
    ["NAMESPACE", { metadata: { NAMESPACE: "prod" } }, "invalid", /says NAMESPACE prod/],
    ["SERVICE_ACCOUNT", { metadata: { SERVICE_ACCOUNT: "ratings" } }, "forbidden", /needs the identity/],
    [
      "LABELS",
      { metadata: { LABELS: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`l${at}`, "x"])) } },
      "invalid",
      /300 entries/,
    ],
    [
      "PHAROS_GATEWAY_PORTS",
      { metadata: { PHAROS_GATEWAY_PORTS: { "8080": "nonsense" } } },
      "invalid",
      /is not a port/,
    ],
    ["PHAROS_GATEWAY_PORTS", { metadata: { PHAROS_GATEWAY_PORTS: { "8080": 4e9 } } }, "invalid", /is not a port/],
    ["PHAROS_INBOUND", { metadata: { PHAROS_INBOUND: [{ name: "http", appPort: 1e9 }] } }, "invalid", /is not a port/],
    [
      "PHAROS_OUTBOUND",
      { metadata: { PHAROS_OUTBOUND: [{ host: "x", port: 80, bindPort: "-1" }] } },
      "invalid",
      /is not a port/,
    ],
    [
      "PHAROS_OUTBOUND",
      { metadata: { PHAROS_OUTBOUND: Array.from({ length: 300 }, () => ({})) } },
      "invalid",
      /300 entries/,
    ],
    ["HTTP_PROXY_PORT", { metadata: { HTTP_PROXY_PORT: 70_000 } }, "invalid", /is not a port/],
  ])("is refused for its %s (%#)", async (_, node, code, message) => {
    const attempt = stream(await dial("shop"), { id: nodeId("shop-1"), ...node });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("that sits on a name before its owner comes gives way when the owner is registered", async () => {
    const squatter = await stream(await dial("shop"), { id: nodeId("ratings-v1-1") });
    const owner = await dial("ratings");
    await expect(stream(owner, { id: nodeId("ratings-v1-1") })).rejects.toMatchObject({ code: "forbidden" });
    await register(owner, {
      ...VICTIM,
      name: "ratings-v1-1",
      ports: [{ name: "http", appPort: 9080, inboundPort: 19_082 }],
    });
    expect(await shown(nodeId("ratings-v1-1"))).not.toContain("secret-caller");
    await stream(await dial("ratings"), { id: nodeId("ratings-v1-1") });
    await expect(squatter.ended).rejects.toMatchObject({ message: expect.stringContaining("has connected anew") });
  });
});

test("reports for an instance that is not registered, and of one that is another's, leave ratings as it is", async () => {
  const now = Date.now();
  const window = (reporter: string) => ({
    windowStartMs: BigInt(Math.floor(now / 10_000) * 10_000),
    windowMs: 10_000,
    reporter,
    sourceWorkload: "ratings-v1",
    destinationWorkload: "ratings-v1",
    destinationService: "ratings.default.svc.cluster.local",
    destinationPort: 9080,
    requestProtocol: "http",
    responseCode: 503,
    count: 100_000n,
    durationBuckets: new Array<number>(BUCKET_COUNT).fill(0),
  });
  for (const [sequence, instance] of ["default/nobody-7", "default/ratings-v1-0", LONG].entries()) {
    const report = create(ReportRequestSchema, {
      storeId: "hostile",
      sequence: BigInt(sequence + 1),
      instance,
      windows: ["source", "destination"].map(window),
      samples: ["source", "destination"].map((reporter) => ({
        startMs: BigInt(now),
        reporter,
        responseCode: 503,
        destinationService: "ratings.default.svc.cluster.local",
        destinationWorkload: "ratings-v1",
        path: "/",
      })),
    });
    await shop.unary(`${AGENT}/Report`, toBinary(ReportRequestSchema, report), { timeoutMs: 5000 });
  }
  const samples = await admin.requests.list.query({ seconds: 300, limit: 100 });
  const metrics = await (await fetch(`${serve.url}/metrics`)).text();
  const told = JSON.stringify([samples, metrics]);
  expect(told).toContain("sa/shop");
  expect(told).not.toContain("ratings");
  const services = await admin.services.list.query({ seconds: 300 });
  expect(services.find(({ host }) => host.startsWith("ratings"))?.requestsPerSecond).toBeNull();
});

test("what a registered caller tells of requests that ratings never saw stays its own: ratings is as well as it says it is", async () => {
  const at = BigInt(Math.floor(Date.now() / 10_000) * 10_000);
  const window = {
    windowStartMs: at,
    windowMs: 10_000,
    destinationService: "ratings.default.svc.cluster.local",
    destinationWorkload: "ratings-v1",
    destinationWorkloadNamespace: "default",
    requestProtocol: "http",
    durationBuckets: new Array<number>(BUCKET_COUNT).fill(0),
  };
  const tell = (client: GrpcClient, storeId: string, instance: string, told: object) =>
    client.unary(
      `${AGENT}/Report`,
      toBinary(
        ReportRequestSchema,
        create(ReportRequestSchema, { storeId, sequence: 1n, instance, windows: [{ ...window, ...told }] }),
      ),
      { timeoutMs: 5000 },
    );
  await tell(await dial("ratings"), "honest", "default/ratings-v1-0", {
    reporter: "destination",
    destinationPort: 19_080,
    sourcePrincipal: "spiffe://cluster.local/ns/default/sa/caller",
    responseCode: 200,
    count: 20n,
  });
  const ratings = async () => {
    const services = await admin.services.list.query({ seconds: 300 });
    return services.find(({ host }) => host.startsWith("ratings"));
  };
  const honest = await vi.waitFor(async () => {
    const seen = await ratings();
    expect(seen?.requestsPerSecond).toBeGreaterThan(0);
    return seen;
  }, 10_000);
  for (const responseCode of [503, 0])
    await tell(shop, `claims-${responseCode}`, "default/shop-0", {
      reporter: "source",
      destinationPort: 9080,
      responseCode,
      responseFlags: responseCode === 0 ? "UF" : "-",
      count: 100_000n,
    });
  await vi.waitFor(async () => {
    const graph = await admin.topology.graph.query({ view: "workload", seconds: 300 });
    expect(graph.edges.some(({ source, health }) => source.includes("shop") && health.status === "failure")).toBe(true);
  }, 10_000);
  const after = await ratings();
  expect(after?.errorPercent).toBe(0);
  expect(after?.requestsPerSecond).toBeCloseTo(honest?.requestsPerSecond ?? 0, 1);
});
