import { request } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { freePort } from "#node/free-port.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { serviceText } from "#testing/service-text.ts";
import { startServe } from "#testing/start-serve.ts";
import { Cleanup, eventually, startAgent, startApp, temporaryDir } from "#testing/test-agent.ts";

// The whole server, whose clock is behind this machine's, with an agent and its Envoy, whose clock is right. Each would say it is the other.

const AHEAD_MS = 12 * 60_000;
const REQUESTS = 25;

const MESH = serviceText("reviews");

let cleanup: Cleanup;
let api: ApiClient;
let serverDir: string;
beforeEach(async () => {
  cleanup = new Cleanup();
  const server = await startServe({ clockAheadMs: -AHEAD_MS });
  cleanup.add(() => server.stop());
  serverDir = server.dir;
  api = connect({ dir: serverDir });
});
afterEach(() => cleanup.run());

function call(proxyPort: number): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const options = { host: "127.0.0.1", port: proxyPort, path: "http://reviews:9080/", agent: false };
    const sent = request(options, (response) => response.resume().once("end", () => done(response.statusCode)));
    sent.once("error", fail).end();
  });
}

test("a host whose clock is ahead is told so, everybody sees it, and every request it measures counts, at the control plane's time", {
  timeout: 180_000,
}, async () => {
  await api.config.applyChanges.mutate({ changes: [{ op: "upsert", text: MESH }] });
  const [appPort, inboundPort, httpProxyPort, adminPort] = [
    await startApp(cleanup),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const input = { namespace: "default", serviceAccount: "reviews", group: "reviews-v1" };
  const { token } = await api.identity.createJoinToken.mutate(input);
  const agent = startAgent(cleanup, {
    dir: temporaryDir(cleanup),
    token,
    ports: [{ name: "http", appPort, inboundPort }],
    httpProxyPort,
    adminPort,
  });
  const page = async (path: string) => (await fetch(`http://127.0.0.1:${adminPort}${path}`)).text();

  // Before the first answer is its own: a request that found no way counts too.
  let sent = 0;
  await eventually("the service answers", async () => {
    const status = await call(httpProxyPort);
    sent += 1;
    return status === 200 ? true : undefined;
  });
  for (let count = 0; count < REQUESTS; count++) expect(await call(httpProxyPort)).toBe(200);
  sent += REQUESTS;

  const serverMs = Date.now() - AHEAD_MS;
  const total = async (reporter: "source" | "destination") =>
    (await api.requests.totals.query({ reporter, startMs: serverMs - 120_000, endMs: serverMs + 60_000 })).total;
  await eventually("all requests are counted", async () => ((await total("source")) >= sent ? true : undefined));
  expect(await total("source")).toBe(sent);
  await expect.poll(() => total("destination")).toBe(REQUESTS + 1);
  const refused = (await api.access.audit.query({ limit: 100 })).filter(({ action }) => action === "telemetry.report");
  expect(refused).toEqual([]);

  const off = /this host's clock is 1[12]m( \d+s)? ahead of the control plane's.*\(hint: set it/;
  await expect.poll(() => agent.log.filter((line) => off.test(line))).toHaveLength(1);
  expect(await page("/healthz")).toMatch(new RegExp(`^ok\n${off.source}`));
  expect(await page("/readyz")).toBe("ready\n");
  expect(Number(/^pharos_agent_clock_ahead_seconds (\S+)$/m.exec(await page("/metrics"))?.[1])).toBeCloseTo(720, -1);
  const proxy = async () => (await api.proxies.list.query())[0];
  await expect.poll(async () => ((await proxy())?.clockAheadMs ?? 0) / 1000).toBeCloseTo(720, -1);
  expect((await api.proxies.get.query({ id: (await proxy())?.id ?? "" })).clockAheadMs).toBeDefined();
  const fleet = await runPharos(serverDir, ["proxy-status"]);
  expect(fleet.stdout).toMatch(
    /^clock: the host of reviews-v1-0\.default is 1[12]m( \d+s)? ahead of the control plane$/m,
  );
});
