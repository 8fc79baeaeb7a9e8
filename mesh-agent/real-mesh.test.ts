import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TappedRequest } from "#core/telemetry/tap.ts";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { freePort } from "#node/free-port.ts";
import { Load } from "#testing/load.ts";
import { RealMesh } from "#testing/real-mesh.ts";
import { serviceText } from "#testing/service-text.ts";
import { Cleanup, envoyPid, eventually, killEnvoy, startApp, temporaryDir } from "#testing/test-agent.ts";

const MESH = `${serviceText("reviews", "app: reviews, version: v1")}---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: caller, namespace: default }
spec: { metadata: { labels: { app: caller } }, template: { serviceAccount: caller } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
`;
const TIMEOUT = (milliseconds: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews } }], headers: { response: { set: { x-edit: "${milliseconds}" } } } }]
`;

const ENTRY = resolve(import.meta.dirname, "../testing/agent-process.ts");
let cleanup: Cleanup;
let mesh: RealMesh;
let callerDir: string;
let reviewsDir: string;
let proxyPort: number;
let inboundPort: number;
let callerAgent: ChildProcess;

function startProcess(dir: string, serviceAccount: string, token: string | undefined, more = {}): ChildProcess {
  const isCaller = serviceAccount === "caller";
  const config = {
    dir,
    token,
    serviceAccount,
    group: isCaller ? "caller" : "reviews-v1",
    name: `${serviceAccount}-0`,
    adminPort: 0,
    drainSeconds: 5,
    ...(isCaller ? { httpProxyPort: proxyPort } : { ports: [{ name: "http", appPort, inboundPort }] }),
    ...more,
  };
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(config)], {
    stdio: ["ignore", process.env.PHAROS_TEST_LOG === undefined ? "ignore" : "inherit", "inherit"],
  });
  cleanup.add(() => void child.kill("SIGKILL"));
  return child;
}

let appPort: number;

beforeEach(async () => {
  cleanup = new Cleanup();
  mesh = await RealMesh.open(MESH);
  cleanup.add(() => mesh.stop());
  [proxyPort, inboundPort, appPort] = await Promise.all([freePort(), freePort(), startApp(cleanup)]);
  callerDir = temporaryDir(cleanup);
  reviewsDir = temporaryDir(cleanup);
  startProcess(reviewsDir, "reviews", mesh.makeToken("reviews"));
  callerAgent = startProcess(callerDir, "caller", mesh.makeToken("caller"));
  await works();
});
afterEach(() => cleanup.run());

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly edit: string | undefined;
}

/** A call of reviews as an application makes it: by the service's name, through the forward proxy. */
function call(host = "reviews:9080", headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const req = request(
      {
        host: "127.0.0.1",
        port: proxyPort,
        path: `http://${host}/`,
        headers: { host, ...headers },
        agent: false,
        timeout: 3000,
      },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (text: string) => {
          body += text;
        });
        answer.on("end", () =>
          done({ status: answer.statusCode ?? 0, body, edit: answer.headers["x-edit"]?.toString() }),
        );
        answer.on("error", fail);
      },
    );
    req.on("timeout", () => req.destroy(new Error("timed out")));
    req.on("error", fail);
    req.end();
  });
}

const works = (edit?: string) =>
  eventually(`a call with edit ${edit}`, async () => {
    const answer = await call();
    return answer.status === 200 && answer.body === "app" && answer.edit === edit ? true : undefined;
  });

async function killAndWait(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await gone;
}

test("a call by name goes through two Envoys over strict mTLS, is counted by both, and follows edits", async () => {
  expect(mesh.refusals).toEqual([]);
  await mesh.apply(TIMEOUT("one"));
  await works("one");
  await eventually("both reporters", () =>
    (mesh.counts.get("source 200") ?? 0) > 0 && (mesh.counts.get("destination 200") ?? 0) > 0 ? true : undefined,
  );
  // Prometheus' labels hold whole names, dots and all.
  const { body } = await new AdminClient(join(callerDir, "admin.sock")).get("/stats/prometheus");
  expect(body).toMatch(
    /^envoy_cluster_upstream_rq_total\{envoy_cluster_name="outbound\|9080\|\|reviews\.default\.svc\.cluster\.local"\} [1-9]/m,
  );
  expect(body).toMatch(
    /^envoy_http_downstream_rq_xx\{envoy_response_code_class="2",envoy_http_conn_manager_prefix="outbound_http_proxy"\} [1-9]/m,
  );
  expect(body).not.toMatch(/^envoy_\w*(?:svc_cluster_local|_\d+_0_0_1)/m);
  // Nobody gets in without a certificate of the mesh.
  await expect(fetch(`http://127.0.0.1:${inboundPort}/`)).rejects.toThrow();
});

test("two who look see requests of both ends, headers without secrets, also after the control plane was away; then nobody asks", async () => {
  const stop = new AbortController();
  cleanup.add(() => stop.abort());
  const ask = { seconds: 600, user: "ann" };
  const seen: TappedRequest[][] = [[], []];
  const asks = [
    { ...ask, filter: "caller:caller side:source", wantsHeaders: false },
    { ...ask, filter: "workload:reviews-v1 side:destination", wantsHeaders: true },
  ];
  const looking = asks.map(async (each, index) => {
    for await (const { rows } of mesh.taps.follow(each, stop.signal)) seen[index]?.push(...rows);
  });
  const headersOf = ({ headers }: TappedRequest) =>
    Object.fromEntries((headers?.request ?? []).map(({ name, value, isRedacted }) => [name, isRedacted || value]));
  const sees = (mark: string) =>
    eventually(`both see ${mark}`, async () => {
      await call("reviews:9080", { "x-secret": "s3cret", "x-mark": mark }).catch(() => undefined);
      const [callers = [], called = []] = seen;
      const isSeen = called.some((row) => headersOf(row)["x-mark"] === mark && headersOf(row)["x-secret"] === true);
      return isSeen && callers.length > 0 ? true : undefined;
    });
  await sees("first");
  expect(seen[0]?.every(({ reporter, headers }) => reporter === "source" && headers === null)).toBe(true);
  expect(seen[1]?.every(({ reporter }) => reporter === "destination")).toBe(true);
  await mesh.stop();
  await mesh.start();
  await sees("second");
  expect(JSON.stringify(seen)).not.toContain("s3cret");
  stop.abort();
  await Promise.all(looking);
  expect(mesh.taps.size).toBe(0);
});

test("after an agent was killed and came back, its Envoy still follows edits of every virtual host", async () => {
  await mesh.apply(TIMEOUT("one"));
  await works("one");
  const pid = envoyPid(callerDir);
  await killAndWait(callerAgent);
  startProcess(callerDir, "caller", undefined);
  await eventually("the agent is back", async () =>
    (await mesh.handle.proxies()).filter(({ connectedSince }) => connectedSince !== null).length === 2
      ? true
      : undefined,
  );
  expect(envoyPid(callerDir)).toBe(pid);
  await mesh.apply(TIMEOUT("two"));
  await works("two");
  expect(mesh.refusals).toEqual([]);
});

test("both Envoys restarted while the control plane is away serve; edits arrive when it is back", async () => {
  await mesh.apply(TIMEOUT("one"));
  await works("one");
  await mesh.stop();
  const old = [killEnvoy(callerDir), killEnvoy(reviewsDir)];
  await eventually("two new Envoys", () => {
    const now = [envoyPid(callerDir), envoyPid(reviewsDir)];
    return now.every((pid, index) => pid !== undefined && pid !== old[index]) ? true : undefined;
  });
  await works("one");
  await mesh.start();
  await mesh.apply(TIMEOUT("two"));
  await works("two");
  expect(mesh.refusals).toEqual([]);
});

test("an instance that is told to stop under load fails no request: the others take over", async () => {
  const dir = temporaryDir(cleanup);
  const ports = [{ name: "http", appPort: await startApp(cleanup), inboundPort: await freePort() }];
  const second = startProcess(dir, "reviews", mesh.makeToken("reviews"), { name: "reviews-1", ports });
  const load = new Load(proxyPort, 4, 2, "reviews:9080");
  cleanup.add(() => load.stop());
  const inbound = new AdminClient(join(dir, "admin.sock"));
  await eventually("load at the second instance", async () => {
    const counts = await inbound.stats("^http\\.inbound.*downstream_rq_total$");
    return [...counts.values()].some((count) => count > 100) ? true : undefined;
  });
  const ended = new Promise((done) => second.once("exit", done));
  second.kill("SIGTERM");
  expect(await ended).toBe(0);
  const before = load.ok;
  await eventually("load at the first instance", () => (load.ok > before + 100 ? true : undefined));
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(envoyPid(dir)).toBeUndefined();
});
