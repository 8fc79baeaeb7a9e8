import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { openPaths } from "#mesh-agent/paths.ts";
import { freePort } from "#node/free-port.ts";
import { gatewayText } from "#testing/gateway-text.ts";
import { RealMesh } from "#testing/real-mesh.ts";
import { Cleanup, eventually, startAgent, temporaryDir } from "#testing/test-agent.ts";

const MB = 1024 * 1024;
/** More than the gateway keeps of one answer: what is not read stands still. */
const BIG_BYTES = 4 * MB;
/** Answers "well", or with much; never more at a time than is taken. */
const APPLICATION = `
  const { createServer } = require("node:http");
  const { Readable, pipeline } = require("node:stream");
  const { parentPort, workerData } = require("node:worker_threads");
  const chunk = Buffer.alloc(65536);
  const big = function* () { for (let sent = 0; sent < workerData; sent += chunk.length) yield chunk; };
  const app = createServer((incoming, response) => {
    incoming.resume().on("error", () => undefined).on("end", () => {
      if (incoming.url === "/big") pipeline(Readable.from(big()), response, () => undefined);
      else response.end("well");
    });
  });
  app.listen(0, "127.0.0.1", () => parentPort.postMessage(app.address().port));
`;
/** What attackers may cost the gateway in sum. Unbounded, those who do not read would cost 200 MB, and 1.2 GB where windows stay shut. */
const MEMORY_MAX = 100 * MB;
/** A machine that is busy is late with everything; without an end of their own, what attackers hold ends after minutes or never. */
const END_MS = 90_000;
const TIMEOUT_MS = 240_000;
/** The defaults, with times that a test can wait for, and within which an application that hardly gets the processor has answered. */
const SETTINGS = {
  ...DEFAULT_PROXY_SETTINGS,
  gatewayConnections: {
    ...DEFAULT_PROXY_SETTINGS.gatewayConnections,
    httpRequestHeadersTimeoutMs: 8000,
    httpRequestTimeoutMs: 12_000,
    httpStreamIdleTimeoutMs: 15_000,
    httpIdleTimeoutMs: 5000,
  },
} as const;

const cleanup = new Cleanup();
let mesh: RealMesh;
let port: number;
let admin: AdminClient;
const open: { destroy(): void }[] = [];

beforeAll(async () => {
  // In a thread of its own: what attackers do here is not to slow it down.
  const app = new Worker(APPLICATION, { eval: true, workerData: BIG_BYTES });
  cleanup.add(() => app.terminate());
  const appPort = await new Promise<number>((done) => app.once("message", done));
  mesh = await RealMesh.open(
    [
      `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ingress, namespace: istio-system }
spec: { metadata: { labels: { istio: ingressgateway } }, template: { serviceAccount: ingress } }
`,
      `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: app, namespace: default }
spec:
  hosts: [app.example.com]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{ name: http, number: 80, protocol: HTTP }]
  endpoints: [{ address: 127.0.0.1, ports: { http: ${appPort} } }]
`,
      gatewayText({ host: "*", to: "host: app.example.com, port: { number: 80 }" }),
    ].join("---"),
    SETTINGS,
  );
  cleanup.add(() => mesh.stop());
  port = await freePort();
  const dir = temporaryDir(cleanup);
  startAgent(cleanup, {
    dir,
    token: mesh.makeToken("ingress", "istio-system"),
    nodeType: "router",
    namespace: "istio-system",
    serviceAccount: "ingress",
    group: "ingress",
    name: "ingress-0",
    gatewayPorts: { "80": port },
  });
  admin = new AdminClient(openPaths(dir).adminSocket);
  await eventually("the gateway serves", async () => ((await visit()) === 200 ? true : undefined), 40_000);
});
afterEach(() => {
  for (const each of open.splice(0)) each.destroy();
});
afterAll(() => cleanup.run());

/** As anybody does; 0 where nobody answered. */
const visit = (): Promise<number> =>
  fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" }, signal: AbortSignal.timeout(30_000) }).then(
    ({ status }) => status,
    () => 0,
  );

async function allocatedBytes(): Promise<number> {
  const { allocated } = JSON.parse((await admin.get("/memory")).body) as { allocated: string };
  return Number(allocated);
}

/** Connections that strangers have at the gateway. */
async function connections(): Promise<number> {
  const stats = await admin.stats("^http\\.outbound_.*\\.downstream_cx_active$");
  expect(stats.size).toBeGreaterThan(0);
  return [...stats.values()].reduce((sum, value) => sum + value, 0);
}

/** Others are answered, the gateway ends what attackers hold, and all the time it takes little. */
async function expectUnharmed(): Promise<void> {
  for (let visits = 0; visits < 10; visits += 1) expect(await visit()).toBe(200);
  let mostBytes = 0;
  await eventually(
    "the gateway has ended what attackers held",
    async () => {
      mostBytes = Math.max(mostBytes, await allocatedBytes());
      return (await connections()) === 0 ? true : undefined;
    },
    END_MS,
  );
  expect(mostBytes).toBeGreaterThan(0);
  expect(mostBytes).toBeLessThan(MEMORY_MAX);
}

function dial(): Socket {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  open.push(socket);
  return socket;
}

function dialHttp2(settings: { readonly initialWindowSize?: number } = {}): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`, { settings }).on("error", () => undefined);
  open.push(session);
  return session;
}

const ask = (session: ClientHttp2Session, path: string): ClientHttp2Stream =>
  session.request({ ":path": path, ":authority": "shop.example.com" }).on("error", () => undefined);

const HEAD = "host: shop.example.com\r\n";

test.each<[string, number, (socket: Socket) => void]>([
  ["that say nothing", 1000, () => undefined],
  ["that send half a head", 300, (socket) => socket.write(`GET / HTTP/1.1\r\n${HEAD}x-half: `)],
  [
    "that send a body byte by byte",
    100,
    (socket) => {
      socket.write(`POST / HTTP/1.1\r\n${HEAD}content-length: 100000\r\n\r\n`);
      const drip = setInterval(() => socket.write("x"), 200);
      socket.once("close", () => clearInterval(drip));
    },
  ],
  ["that read no answer", 50, (socket) => socket.pause().write(`GET /big HTTP/1.1\r\n${HEAD}\r\n`)],
])(
  "connections %s keep nobody else waiting, cost little, and have an end",
  { timeout: TIMEOUT_MS },
  async (_, count, attack) => {
    const sockets = Array.from({ length: count }, dial);
    await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done))));
    for (const socket of sockets) attack(socket);
    await expectUnharmed();
  },
);

test("streams whose windows stay shut keep nobody else waiting, cost little, and have an end", {
  timeout: TIMEOUT_MS,
}, async () => {
  for (let sessions = 0; sessions < 10; sessions += 1) {
    const session = dialHttp2({ initialWindowSize: 0 });
    for (let stream = 0; stream < 30; stream += 1) ask(session, "/big");
  }
  await expectUnharmed();
});

test("a connection whose requests are taken back as soon as they are made is closed", {
  timeout: TIMEOUT_MS,
}, async () => {
  const ended = Array.from({ length: 5 }, async () => {
    const session = dialHttp2();
    await new Promise((done) => session.once("connect", done));
    const closed = new Promise((done) => session.once("close", done));
    let asked = 0;
    while (!session.destroyed && !session.closed && asked < 20_000) {
      for (let at = 0; at < 90 && !session.destroyed && !session.closed; at += 1) {
        ask(session, "/").close(8);
        asked += 1;
      }
      await new Promise((done) => setImmediate(done));
    }
    await closed;
    return asked;
  });
  await expectUnharmed();
  for (const asked of await Promise.all(ended)) expect(asked).toBeLessThan(20_000);
});
