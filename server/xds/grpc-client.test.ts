import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TrafficPolicy } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import type { AnyResource, ResourceRef } from "#core/resource/resource.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { type MeshHandle, startMesh } from "#server/mesh/start-mesh.ts";
import type { AdsEvent } from "#server/xds/ads-server.ts";
import type { Answer, Answers, Calls } from "#server/xds/testing/grpc-client-process.ts";

const HOST = "echo.default.svc.cluster.local";
const TARGET = `xds:///${HOST}:7070`;
const NODE = "sidecar~127.0.0.1~caller-0.default~default.svc.cluster.local";
const API = "networking.istio.io/v1";
const VERSIONS = ["v1", "v2", "v2-more"] as const;
/** gRPC waits 15 s for a name of which it hears nothing: a call that fails otherwise than by this deadline did not wait for that. */
const deadlineMs = 12_000;

const ports = new Map<string, number>();
const servers: Server[] = [];
const events: AdsEvent[] = [];
let mesh: MeshHandle;
let client: ChildProcess;
let revision = 1;
let nextId = 1;

type Handler = (call: unknown, reply: (error: null, value: Buffer) => void) => void;

/** A gRPC server that says who it is; `/echo.Echo/Slow` is never answered. */
async function startApp(name: string): Promise<void> {
  const server = new Server();
  const same = (value: Buffer): Buffer => value;
  const method = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  });
  const handlers = new Map<string, Handler>([
    ["Who", (_, reply) => reply(null, Buffer.from(name))],
    ["Slow", () => undefined],
  ]);
  server.addService(
    Object.fromEntries(Array.from(handlers.keys(), (each) => [each, method(`/echo.Echo/${each}`)])),
    Object.fromEntries(handlers),
  );
  servers.push(server);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  ports.set(name, port);
}

function service(names: readonly string[], name = "echo"): AnyResource {
  return {
    apiVersion: API,
    kind: "ServiceEntry",
    metadata: { name, namespace: "default" },
    spec: {
      hosts: [`${name}.default.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 7070, name: "grpc", protocol: "GRPC" }],
      endpoints: names.map((each) => ({
        address: "127.0.0.1",
        ports: { grpc: ports.get(each) ?? 0 },
        labels: { version: each.slice(0, 2) },
      })),
    },
  };
}

function rule(trafficPolicy: TrafficPolicy): AnyResource {
  return {
    apiVersion: API,
    kind: "DestinationRule",
    metadata: { name: "echo", namespace: "default" },
    spec: {
      host: HOST,
      trafficPolicy,
      subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
    },
  };
}

function routes(http: readonly HttpRoute[]): AnyResource {
  return {
    apiVersion: API,
    kind: "VirtualService",
    metadata: { name: "echo", namespace: "default" },
    spec: { hosts: [HOST], http },
  };
}

const to = (subset: string, weight?: number) => ({
  destination: { host: HOST, subset },
  ...(weight === undefined ? {} : { weight }),
});

/** Makes a revision and waits until the client has acknowledged it. */
async function publish(upserts: readonly AnyResource[], deletes: readonly ResourceRef[] = []): Promise<void> {
  revision += 1;
  await mesh.apply({ revision, upserts, deletes, instanceUpserts: [], instanceDeletes: [] });
  await expect.poll(async () => (await mesh.distribution(revision))?.isComplete ?? true).toBe(true);
}

async function call(over: Partial<Omit<Calls, "id">> = {}): Promise<readonly Answer[]> {
  const calls = { target: TARGET, count: 20, path: "/echo.Echo/Who", metadata: {}, deadlineMs: 20_000, ...over };
  const id = nextId++;
  const answered = new Promise<readonly Answer[]>((resolve) => {
    const listen = (message: Answers): void => {
      if (message.id !== id) return;
      client.off("message", listen);
      resolve(message.answers);
    };
    client.on("message", listen);
  });
  client.send({ id, ...calls } satisfies Calls);
  return answered;
}

const who = (answers: readonly Answer[]): string[] => [
  ...new Set(answers.map((answer) => ("by" in answer ? answer.by : `failed: ${answer.details}`))),
];

/**
 * Calls without a pause until all of a batch come from `expected`; no call may fail meanwhile. A client acknowledges
 * routes before it uses them: it may have to ask for their clusters.
 */
async function callUntil(expected: readonly string[], over: Partial<Omit<Calls, "id">> = {}): Promise<void> {
  const failed: Answer[] = [];
  await expect
    .poll(
      async () => {
        const answers = await call(over);
        failed.push(...answers.filter((answer) => "code" in answer));
        return who(answers).sort();
      },
      { timeout: 30_000, interval: 1 },
    )
    .toEqual([...expected].sort());
  expect(failed).toEqual([]);
}

beforeAll(async () => {
  for (const name of VERSIONS) await startApp(name);
  const authority = await makeTestAuthority();
  const snapshot = {
    revision,
    mesh: {
      trustDomain: "cluster.local",
      domainSuffix: "cluster.local",
      rootNamespace: "istio-system",
      traceSampling: 100,
    },
    resources: [service(["v1", "v2"]), rule({ loadBalancer: { simple: "LEAST_REQUEST" } })],
    instances: [],
  };
  mesh = await startMesh({
    snapshot: () => snapshot,
    host: "127.0.0.1",
    port: 0,
    plaintextPort: 0,
    tls: { ...(await authority.issue("spiffe://cluster.local/ns/istio-system/sa/pharos")), roots: authority.roots },
    trustDomain: "cluster.local",
    handlers: new Map(),
    onLimit: () => undefined,
    onCrash: (error) => expect.fail(error.message),
    onFailure: (path, error) => expect.fail(`${path}: ${error.message}`),
  });
  mesh.onEvent((event) => events.push(event));
  client = fork(join(import.meta.dirname, "testing/grpc-client-process.ts"), [], {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify({
        xds_servers: [{ server_uri: `127.0.0.1:${mesh.plaintextPort}`, channel_creds: [{ type: "insecure" }] }],
        node: {
          id: NODE,
          locality: {},
          metadata: { GENERATOR: "grpc", NAMESPACE: "default", LABELS: { app: "caller" } },
        },
      }),
    },
  });
  await once(client, "message");
});

afterAll(async () => {
  if (client?.exitCode === null && client.connected) {
    client.disconnect();
    await once(client, "exit");
  }
  for (const server of servers) server.forceShutdown();
  await mesh?.close();
  expect(events.filter(({ kind }) => kind === "nack" || kind === "refused")).toEqual([]);
});

beforeEach(() =>
  publish(
    [service(["v1", "v2"]), rule({ loadBalancer: { simple: "LEAST_REQUEST" } })],
    [{ kind: "VirtualService", namespace: "default", name: "echo" }],
  ),
);

test.each([HOST, "echo", "echo.default", "echo.default.svc"])(
  "calls to %s:7070 reach the servers in turn",
  async (host) => {
    await callUntil(["v1", "v2"], { target: `xds:///${host}:7070` });
    expect(await mesh.proxies()).toMatchObject([{ id: NODE, namespace: "default", spiffeId: null }]);
  },
);

test("weights are obeyed, and an edit moves the calls without failing one", async () => {
  await publish([routes([{ route: [to("v1", 100), to("v2", 0)] }])]);
  await callUntil(["v1"]);
  expect(who(await call({ count: 100 }))).toEqual(["v1"]);
  const moved = callUntil(["v2"]);
  await publish([routes([{ route: [to("v1", 0), to("v2", 100)] }])]);
  await moved;
  expect(who(await call({ count: 100 }))).toEqual(["v2"]);
  await publish([routes([{ route: [to("v1", 50), to("v2", 50)] }])]);
  await callUntil(["v1", "v2"]);
});

test("an added endpoint is used, and one that is taken away no longer", async () => {
  await publish([routes([{ route: [to("v2")] }])]);
  await callUntil(["v2"]);
  await publish([service(VERSIONS)]);
  await callUntil(["v2", "v2-more"]);
  await publish([service(["v1", "v2-more"])]);
  await callUntil(["v2-more"]);
});

test("a header, and a path, choose the route", async () => {
  await publish([
    routes([
      { match: [{ headers: { "x-user": { exact: "tester" } } }], route: [to("v2")] },
      {
        match: [{ uri: { prefix: "/other." } }],
        fault: { abort: { grpcStatus: "ABORTED", percentage: { value: 100 } } },
        route: [to("v2")],
      },
      { route: [to("v1")] },
    ]),
  ]);
  await callUntil(["v1"]);
  expect(who(await call({ metadata: { "x-user": "tester" } }))).toEqual(["v2"]);
  expect(who(await call({ metadata: { "x-user": "other" } }))).toEqual(["v1"]);
  expect(await call({ path: "/other.Service/Call", count: 1 })).toMatchObject([{ code: status.ABORTED }]);
});

test("a route for callers with a label is theirs: the client is moved to the layer of its labels", async () => {
  const ours = { match: [{ sourceLabels: { app: "caller" } }], route: [to("v2")] };
  const others = { match: [{ sourceLabels: { app: "somebody-else" } }], route: [to("nowhere")] };
  await publish([routes([others, ours, { route: [to("v1")] }])]);
  await callUntil(["v2"]);
});

test("calls with the same header go to the same server where the rule hashes it", async () => {
  await publish([rule({ loadBalancer: { consistentHash: { httpHeaderName: "x-user", maglev: {} } } })]);
  await expect.poll(async () => who(await call({ metadata: { "x-user": "user-0" } })), { interval: 1 }).toHaveLength(1);
  const seen = new Set<string>();
  for (let user = 0; user < 20 && seen.size < 2; user++) {
    const answers = who(await call({ count: 5, metadata: { "x-user": `user-${user}` } }));
    expect(answers).toHaveLength(1);
    for (const name of answers) seen.add(name);
  }
  expect([...seen].sort()).toEqual(["v1", "v2"]);
});

test("a route's timeout holds", async () => {
  await publish([routes([{ timeout: "2s", route: [to("v1")] }])]);
  await callUntil(["v1"]);
  expect(await call({ path: "/echo.Echo/Slow", count: 1 })).toMatchObject([{ code: status.DEADLINE_EXCEEDED }]);
});

test("what gRPC cannot do fails the calls it is for, and no others", async () => {
  await publish([
    rule({ tls: { mode: "ISTIO_MUTUAL" }, outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 50 } }),
    routes([
      { match: [{ uri: { prefix: "/moved." } }], redirect: { uri: "/elsewhere" } },
      { match: [{ uri: { prefix: "/said." } }], directResponse: { status: 418 } },
      { match: [{ uri: { prefix: "/lost." } }], route: [to("no-such-subset")] },
      { match: [{ queryParams: { debug: { exact: "1" } } }, { method: { exact: "GET" } }], route: [to("v1")] },
      {
        match: [{ method: { exact: "POST" }, authority: { prefix: "echo" } }],
        corsPolicy: { allowOrigins: [{ exact: "https://example.com" }] },
        mirror: { host: HOST, subset: "v1" },
        route: [to("v2")],
      },
    ]),
  ]);
  await callUntil(["v2"]);
  for (const path of ["/moved.Service/Call", "/said.Service/Call", "/lost.Service/Call"]) {
    const [answer] = await call({ path, count: 1, deadlineMs });
    expect(answer).toMatchObject({ code: status.UNAVAILABLE });
  }
});

test("calls that no route matches fail at once", async () => {
  await publish([routes([{ match: [{ headers: { "x-none": { exact: "1" } } }], route: [to("v1")] }])]);
  await expect
    .poll(async () => (await call({ count: 1, deadlineMs }))[0], { timeout: 30_000, interval: 1 })
    .toMatchObject({ code: status.UNAVAILABLE });
  expect(await call({ count: 1, deadlineMs })).toMatchObject([{ code: status.UNAVAILABLE }]);
});

test("a name that does not exist fails at once, works once it does, and fails again when it has gone", async () => {
  const target = "xds:///later.default.svc.cluster.local:7070";
  expect(await call({ target, count: 1, deadlineMs })).toMatchObject([{ code: status.UNAVAILABLE }]);
  await publish([service(["v1"], "later")]);
  await expect.poll(async () => who(await call({ target, count: 1 })), { timeout: 30_000 }).toEqual(["v1"]);
  await publish([], [{ kind: "ServiceEntry", namespace: "default", name: "later" }]);
  await expect
    .poll(async () => (await call({ target, count: 1 }))[0], { timeout: 30_000 })
    .toMatchObject({ code: status.UNAVAILABLE });
});
