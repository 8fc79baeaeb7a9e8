import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "@playwright/test";
import { choosePorts } from "../../programs/demo/ports.ts";
import { serviceText } from "../../testing/service-text.ts";
import { type Serve, startServe } from "../../testing/start-serve.ts";
import { eventually, PROGRAM, root } from "../fixtures/demo.ts";

// The steps of the README's "A mesh of your own", by flags alone.

const SERVICES = `${serviceText("reviews", "app: reviews, version: v1")}---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: shop, namespace: default }
spec:
  metadata: { labels: { app: shop, version: v1 } }
  template: { serviceAccount: shop }
`;

const policy = (action: "ALLOW" | "DENY", account: string): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: callers, namespace: default }
spec:
  selector: { matchLabels: { app: reviews } }
  action: ${action}
  rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/${account}] } }] }]
`;

test.describe.configure({ mode: "serial" });

let dir: string;
let server: Serve;
let application: Server;
let ports: Readonly<Record<string, number>>;
let shop: ReturnType<typeof startAgent>;
const agents: ChildProcess[] = [];

const shopFlags = () => ["--http-proxy-port", String(ports.proxy), "--admin-port", String(ports.adminB)];

/** Runs the CLI; the application of the test answers meanwhile. */
async function pharos(args: readonly string[], input = ""): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, ...args, "--dir", server.dir], { cwd: root });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

const apply = (resources: string): Promise<string> => pharos(["apply", "-f", "-", "--wait"], resources);

function startAgent(name: string, ...flags: string[]) {
  const args = [PROGRAM, "agent", "--name", name, "--dir", join(dir, name), ...flags];
  const agent = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  agents.push(agent);
  return agent;
}

async function end(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null) return;
  agent.kill("SIGTERM");
  await once(agent, "exit");
}

/** What the shop gets from reviews, through both sidecars. */
function call(): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const request = get({ host: "127.0.0.1", port: ports.proxy, path: "http://reviews:9080/", agent: false });
    request.once("response", (response) => response.resume().once("end", () => done(response.statusCode)));
    request.once("error", fail);
  });
}

test.beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-own-"));
  ports = await choosePorts(["app", "inbound", "proxy", "adminA", "adminB"], join(dir, "ports.json"));
  application = createServer((_, response) => response.end("reviews\n"));
  await new Promise<void>((done) => application.listen(ports.app, "127.0.0.1", done));
  server = await startServe({ console: false });
});
test.afterAll(async () => {
  await Promise.all(agents.map(end));
  await server?.stop();
  application?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("two agents started by flags and tokens alone carry a call over mTLS", async () => {
  await apply(SERVICES);
  const token = (account: string, group: string): Promise<string> =>
    pharos(["token", "create", "--service-account", account, "--group", group]);
  startAgent(
    "reviews-v1-0",
    "--token",
    await token("reviews", "reviews-v1"),
    "--port",
    `http:${ports.app}:${ports.inbound}`,
    "--admin-port",
    String(ports.adminA),
  );
  shop = startAgent("shop-0", "--token", await token("shop", "shop"), ...shopFlags());
  await eventually("the shop reaches reviews", 30_000, async () => ((await call()) === 200 ? true : undefined));
  await eventually("the graph shows it", 40_000, async () => {
    const graph = JSON.parse(await pharos(["graph", "-o", "json", "--window", "1m"])) as {
      elements: { edges: { data: { isMTLS?: string } }[] };
    };
    return graph.elements.edges.some(({ data }) => Number(data.isMTLS) > 0) ? true : undefined;
  });
});

test("a policy that every proxy has acknowledged holds from the next request on, on open connections too", async () => {
  test.setTimeout(60_000);
  for (let round = 0; round < 2; round++) {
    expect(await call()).toBe(200);
    await apply(policy("DENY", "shop"));
    expect(await call()).toBe(403);
    await apply(policy("ALLOW", "shop"));
    expect(await call()).toBe(200);
    await apply(policy("ALLOW", "somebody-else"));
    expect(await call()).toBe(403);
    await pharos(["delete", "authorizationpolicy", "callers", "-n", "default", "--wait"]);
  }
});

test("an agent that is started again needs no token: it is whom it joined as, and an instance of the same group", async () => {
  const said = text(shop.stdout);
  // As a terminal does, and npm once more.
  shop.kill("SIGTERM");
  await end(shop);
  expect(await said).not.toContain("told to hurry");
  startAgent("shop-0", ...shopFlags());
  await eventually("the shop reaches reviews", 30_000, async () => ((await call()) === 200 ? true : undefined));
  const registered = async () =>
    (JSON.parse(await pharos(["proxy-status", "shop-0", "-o", "json"])) as { workload: string; spiffeId: string }[])[0];
  expect(await registered()).toMatchObject({ workload: "shop", spiffeId: "spiffe://cluster.local/ns/default/sa/shop" });
});

test("a forward proxy's port that another Envoy has is refused, not shared", async () => {
  const token = await pharos(["token", "create", "--service-account", "shop", "--group", "shop"]);
  const second = startAgent("shop-1", "--token", token, "--http-proxy-port", String(ports.proxy), "--admin-port", "0");
  const [said, [code]] = await Promise.all([text(second.stderr), once(second, "exit")]);
  expect(said).toContain(`127.0.0.1:${ports.proxy}, wanted for the HTTP forward proxy`);
  expect(code).toBe(9);
});
