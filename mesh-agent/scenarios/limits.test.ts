import { connect as connectHttp2 } from "node:http2";
import { createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { freePort } from "#node/free-port.ts";
import { gatewayText } from "#testing/gateway-text.ts";
import { RawConnection } from "#testing/raw-connection.ts";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually, startAgent, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
/** The defaults, with times that a test can wait for, and in which a process that waits for the processor has its turn. */
const SETTINGS = {
  ...DEFAULT_PROXY_SETTINGS,
  pathNormalization: "DECODE_AND_MERGE_SLASHES",
  protocolDetectionTimeoutMs: 2000,
  numTrustedProxies: 1,
  listenerHeaders: { ...DEFAULT_PROXY_SETTINGS.listenerHeaders, forwardClientCert: "APPEND_FORWARD" },
  gatewayConnections: {
    ...DEFAULT_PROXY_SETTINGS.gatewayConnections,
    httpRequestHeadersTimeoutMs: 2000,
    httpStreamIdleTimeoutMs: 3000,
    httpIdleTimeoutMs: 3000,
  },
} as const satisfies ProxySettings;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup, SETTINGS);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const GATEWAY = gatewayText({ host: "*", to: "host: reviews, port: { number: 9080 }" });
const POLICY = (spec: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: policy, namespace: default }
spec: { selector: { matchLabels: { app: reviews } }, ${spec} }
`;
const use = async (...documents: string[]) => {
  await scenario.mesh.use([GATEWAY, ...documents].join("---"));
  await eventually("the gateway answers", async () => ((await scenario.visit()).status !== 0 ? true : undefined));
};

describe("a gateway ends what strangers begin and do not go on with", () => {
  beforeAll(() => use());

  test("a request's head that does not come", async () => {
    const connection = await RawConnection.open(scenario.gatewayPort);
    connection.write("GET / HTTP/1.1\r\nhost: shop.example.com\r\nx-half: ");
    expect(await connection.ended).toContain("408 Request Timeout");
  });

  test("a body that does not come, and a connection on which nothing happens", async () => {
    const stalled = await RawConnection.open(scenario.gatewayPort);
    stalled.write("POST / HTTP/1.1\r\nhost: shop.example.com\r\ncontent-length: 10\r\n\r\nhalf");
    const idle = await RawConnection.open(scenario.gatewayPort);
    idle.write("GET / HTTP/1.1\r\nhost: shop.example.com\r\n\r\n");
    expect(await idle.until("200 OK")).toContain("reviews");
    expect(await stalled.ended).toContain("408 Request Timeout");
    await idle.ended;
  });

  test("over HTTP/2 it names the streams and bytes that it takes", async () => {
    const session = connectHttp2(`http://127.0.0.1:${scenario.gatewayPort}`);
    cleanup.add(() => session.destroy());
    const settings = await new Promise((done) => session.once("remoteSettings", done));
    expect(settings).toMatchObject({
      maxConcurrentStreams: 100,
      initialWindowSize: 65_536,
      enableConnectProtocol: true,
    });
  });

  test("headers with underscores, which applications may take for others", async () => {
    expect((await scenario.visit({ headers: { x_forwarded_for: "203.0.113.9" } })).status).toBe(400);
    expect((await scenario.call({ headers: { x_own: "1" } })).status).toBe(200);
  });
});

describe("clients' addresses", () => {
  const CLIENT = "203.0.113.9";
  const forged = { headers: { "x-forwarded-for": CLIENT } };
  test("are what trusted proxies forward, never what a workload says", async () => {
    await use(POLICY(`action: ALLOW, rules: [{ from: [{ source: { remoteIpBlocks: [${CLIENT}/32] } }] }]`));
    expect((await scenario.call(forged)).status).toBe(403);
    // Here the test is the balancer in front of the gateway.
    expect((await scenario.visit(forged)).status).toBe(200);
    expect((await scenario.visit()).status).toBe(403);
    await use(POLICY(`action: DENY, rules: [{ when: [{ key: remote.ip, values: [127.0.0.0/8] }] }]`));
    expect((await scenario.call(forged)).status).toBe(403);
    expect((await scenario.visit(forged)).status).toBe(200);
  });
});

test("with DECODE_AND_MERGE_SLASHES every proxy decodes and merges: routes, policies and applications see one path", async () => {
  await use(POLICY('action: DENY, rules: [{ to: [{ operation: { paths: ["/admin/*"] } }] }]'));
  for (const path of ["/admin/x", "/admin%2fx", "//admin//x", "/a/..%2fadmin/x", "/admin%5cx"]) {
    expect([path, (await scenario.call({ path })).status]).toEqual([path, 403]);
    expect([path, (await scenario.visit({ path })).status]).toEqual([path, 403]);
  }
  expect((await scenario.call({ path: "/a%2f//b" })).seen?.url).toBe("/a/b");
  expect((await scenario.visit({ path: "/a%2f//b" })).seen?.url).toBe("/a/b");
});

test("where the mesh says APPEND_FORWARD an application sees what earlier proxies wrote, as in Istio", async () => {
  await use();
  const { cert, key } = await scenario.mesh.issue("caller");
  const forged = { "x-forwarded-client-cert": "URI=spiffe://cluster.local/ns/default/sa/admin" };
  const answer = await scenario.callWithCertificate({ cert, key }, { headers: forged });
  expect(answer.seen?.headers["x-forwarded-client-cert"]).toMatch(/^URI=spiffe:.*sa\/admin,.*sa\/caller/);
});

test("a client that waits for the server to speak first hears it, though the port takes TLS too", async () => {
  const database = createServer((socket: Socket) => socket.on("error", () => undefined).write("5.7.0 ready\n"));
  await new Promise<void>((done) => database.listen(0, "127.0.0.1", done));
  cleanup.add(() => void database.close());
  const address = database.address();
  const appPort = typeof address === "object" && address !== null ? address.port : 0;
  await use(
    `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: database, namespace: default }
spec: { metadata: { labels: { app: database } }, template: { serviceAccount: database } }
`,
    `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: database, namespace: default }
spec:
  hosts: [database.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ name: tcp-mysql, number: 3306, protocol: TCP }]
  workloadSelector: { labels: { app: database } }
`,
  );
  const inboundPort = await freePort();
  startAgent(cleanup, {
    dir: temporaryDir(cleanup),
    token: scenario.mesh.makeToken("database"),
    serviceAccount: "database",
    group: "database",
    name: "database-0",
    ports: [{ name: "tcp-mysql", appPort, inboundPort }],
  });
  const connection = await eventually("its proxy listens", () => RawConnection.open(inboundPort));
  expect(await connection.until("ready")).toBe("5.7.0 ready\n");
  connection.close();
});
