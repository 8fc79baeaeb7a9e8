import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { freePort } from "#node/free-port.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { Load } from "#testing/load.ts";
import { answerWith, proxyTo, throughMtls } from "#testing/mesh-resources.ts";
import { Cleanup, envoyPid, eventually, fetchText, startAgent, startApp, temporaryDir } from "#testing/test-agent.ts";

const ENTRY = resolve(import.meta.dirname, "../testing/agent-process.ts");
let cleanup: Cleanup;
let plane: FakeControlPlane;
let dir: string;
let port: number;

beforeEach(async () => {
  cleanup = new Cleanup();
  dir = temporaryDir(cleanup);
  port = await freePort();
});
afterEach(() => cleanup.run());

async function openPlane(certificateLifeMs = 3_600_000): Promise<void> {
  plane = await FakeControlPlane.open({ certificateLifeMs });
  cleanup.add(() => plane.stop());
}

function startProcess(token: string | undefined, more: Record<string, unknown> = {}): ChildProcess {
  const config = {
    dir,
    token,
    name: "reviews-v1-0",
    serviceAccount: "reviews",
    adminPort: 0,
    drainSeconds: 5,
    ...more,
  };
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(config)], { stdio: ["ignore", "ignore", "inherit"] });
  cleanup.add(() => void child.kill("SIGKILL"));
  return child;
}

const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once("exit", done));
const serves = (text: string, at = port) =>
  eventually(`"${text}" at the proxy`, async () => ((await fetchText(at)) === text ? true : undefined));

test("a killed agent costs no request; its Envoy is taken back and takes changes", async () => {
  await openPlane();
  plane.ads.set(...proxyTo(await startApp(cleanup), port));
  const first = startProcess(plane.makeToken());
  await serves("app");
  const load = new Load(port);
  cleanup.add(() => load.stop());
  const pid = envoyPid(dir);
  first.kill("SIGKILL");
  await ended(first);
  const second = startProcess(undefined);
  plane.ads.sent.splice(0);
  await eventually("the second agent is connected", () =>
    plane.ads.streams > 0 && second.exitCode === null ? true : undefined,
  );
  expect(envoyPid(dir)).toBe(pid);
  const before = load.ok;
  await eventually("more requests", () => (load.ok > before + 50 ? true : undefined));
  await load.stop();
  expect(load.failures).toEqual([]);
  plane.ads.set(answerWith("edited", port));
  await serves("edited");
  // What Envoy held was not sent again.
  expect(plane.ads.sent).toEqual(["in"]);
});

test("an Envoy that was started differently is replaced, not taken back", async () => {
  await openPlane();
  plane.ads.set(answerWith("hello", port));
  const first = startProcess(plane.makeToken());
  await serves("hello");
  const pid = envoyPid(dir);
  first.kill("SIGKILL");
  await ended(first);
  startProcess(undefined, { concurrency: 2 });
  await eventually("another Envoy", () => (envoyPid(dir) !== pid ? envoyPid(dir) : undefined));
  await serves("hello");
});

test("an Envoy that dies while its agent is dead is started again by the next one", async () => {
  await openPlane();
  plane.ads.set(answerWith("hello", port));
  const first = startProcess(plane.makeToken());
  await serves("hello");
  first.kill("SIGKILL");
  await ended(first);
  process.kill(envoyPid(dir) ?? 0, "SIGKILL");
  await eventually("Envoy is dead", () => (envoyPid(dir) === undefined ? true : undefined));
  startProcess(undefined);
  await serves("hello");
});

test("told to stop under load, it fails no request: connections are asked to close and callers go elsewhere", async () => {
  await openPlane();
  const app = await startApp(cleanup);
  const entry = await freePort();
  plane.ads.set(...proxyTo(app, port));
  const child = startProcess(plane.makeToken());
  await serves("app");
  // The caller's proxy: it goes to the instance until the registry says that it leaves, then straight to the app.
  const otherDir = temporaryDir(cleanup);
  const other = await FakeControlPlane.open();
  cleanup.add(() => other.stop());
  other.ads.set(...proxyTo(port, entry));
  startAgent(cleanup, { dir: otherDir, token: other.makeToken() });
  await serves("app", entry);
  const load = new Load(entry);
  cleanup.add(() => load.stop());
  await eventually("load", () => (load.ok > 100 ? true : undefined));
  const exit = ended(child);
  child.kill("SIGTERM");
  await eventually("deregistration", () => (plane.deregistrations > 0 ? true : undefined));
  // What the control plane says of an instance that is none any more; its callers have not heard yet.
  for (const { type, name } of proxyTo(app, port)) plane.ads.remove(type, name);
  const heard = load.ok;
  await eventually("load that goes on", () => (load.ok > heard + 50 ? true : undefined));
  other.ads.set(...proxyTo(app, entry));
  expect(await exit).toBe(0);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.ok).toBeGreaterThan(200);
  expect(envoyPid(dir)).toBeUndefined();
});

test("certificates of seconds' life are renewed under load without a failed request", async () => {
  await openPlane(4000);
  const entry = await freePort();
  plane.ads.set(...throughMtls(await startApp(cleanup), port, entry));
  startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("app", entry);
  const load = new Load(entry, 4, 5);
  cleanup.add(() => load.stop());
  await eventually("five renewals", () => (plane.issued > 5 ? true : undefined));
  const admin = new AdminClient(join(dir, "admin.sock"));
  await eventually("five hundred handshakes", async () => {
    const stats = await admin.stats("^cluster\\.tls\\.ssl\\.handshake$");
    return (stats.get("cluster.tls.ssl.handshake") ?? 0) > 500 ? true : undefined;
  });
  await load.stop();
  expect(load.failures).toEqual([]);
});

test("Envoy's admin is on a private socket only", async () => {
  await openPlane();
  plane.ads.set(answerWith("hello", port));
  startAgent(cleanup, { dir, token: plane.makeToken() });
  await serves("hello");
  const bootstrap = JSON.parse(readFileSync(join(dir, "bootstrap.json"), "utf8")) as {
    admin: { address: Record<string, { mode: number }> };
  };
  expect(Object.keys(bootstrap.admin.address)).toEqual(["pipe"]);
  expect(bootstrap.admin.address.pipe?.mode).toBe(0o600);
});
