import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { isAlive } from "../../cli/demo/state.ts";
import { WINDOW_MS } from "../../core/telemetry/buckets.ts";
import { type Demo, eventually, type LoadCount, startDemo, startLoad } from "../fixtures/demo.ts";

test.describe.configure({ mode: "serial" });

const SERVER_DOWN_SECONDS = 20;
const GATEWAY = "istio-ingressgateway";
let demo: Demo;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  demo = await startDemo(["--rate", "0", "--server-restart-seconds", String(SERVER_DOWN_SECONDS)]);
});
test.afterAll(() => demo?.stop());

function kill(name: string): number {
  const pid = demo.pids()[name];
  if (pid === undefined) throw new Error(`demo.json names no process ${name}`);
  process.kill(pid, "SIGKILL");
  return pid;
}

/** Starts at a window's start, so that totals between two window starts hold exactly what was sent between them. */
async function nextWindow(): Promise<number> {
  const start = Math.ceil((Date.now() + 1) / WINDOW_MS) * WINDOW_MS;
  await delay(start - Date.now());
  return start;
}

/** The load generator's own count, held against what the store says it saw at the gateway. */
async function expectExactCount(count: LoadCount, startMs: number): Promise<void> {
  const endMs = await nextWindow();
  const total = await eventually(`${count.answered} requests in the store`, 60_000, async () => {
    const seen = await demo.api.requests.totals.query({ reporter: "source", workload: GATEWAY, startMs, endMs });
    if (seen.total > count.answered) throw new Error(`counted twice: ${seen.total} of ${count.answered}`);
    return seen.total === count.answered ? seen : undefined;
  });
  expect(total.byCode).toEqual(count.byCode);
}

function expectNoFailure(count: LoadCount): void {
  expect(count.sent).toBeGreaterThan(50);
  expect({ failed: count.failed, degraded: count.degraded, lastFailure: count.lastFailure }).toEqual({
    failed: 0,
    degraded: 0,
    lastFailure: "",
  });
}

const serverAnswers = async (): Promise<true | undefined> =>
  (await fetch(`${demo.console}/readyz`)).ok ? true : undefined;

test("a killed control plane costs no request and no count, and all it knew is there when it is back", async () => {
  const before = await demo.api.config.history.query({ limit: 50 });
  const startMs = await nextWindow();
  const load = startLoad(demo, 20, 120);
  await delay(3000);
  const killedAt = Date.now();
  kill("server");
  await expect(serverAnswers()).rejects.toThrow();
  await eventually("the control plane is back", 60_000, serverAnswers);
  expect(Date.now() - killedAt).toBeGreaterThan(SERVER_DOWN_SECONDS * 1000);
  await eventually("every proxy is back", 30_000, async () =>
    (await demo.api.proxies.list.query()).filter((proxy) => proxy.connectedSince !== null).length === 7
      ? true
      : undefined,
  );
  await delay(2000);
  const count = await load.finish();
  expectNoFailure(count);
  expect(await demo.api.config.history.query({ limit: 50 })).toEqual(before);
  await expectExactCount(count, startMs);
});

test("a killed agent costs no request and no count; its Envoy serves on and is taken back", async () => {
  const startMs = await nextWindow();
  const load = startLoad(demo, 20, 60);
  await delay(2000);
  const envoy = demo.pids()[`${GATEWAY}.envoy`];
  expect(envoy).toBeDefined();
  const old = kill(`${GATEWAY}.agent`);
  await eventually("the agent is started again", 20_000, () => {
    const pid = demo.pids()[`${GATEWAY}.agent`];
    return pid !== undefined && pid !== old && isAlive(pid) ? true : undefined;
  });
  await eventually("the gateway is connected again", 20_000, async () => {
    const proxy = (await demo.api.proxies.list.query()).find(({ name }) => name.startsWith(GATEWAY));
    return proxy?.connectedSince != null && Object.values(proxy.sync).every((state) => state !== "STALE")
      ? true
      : undefined;
  });
  await delay(2000);
  const count = await load.finish();
  expectNoFailure(count);
  await expectExactCount(count, startMs);
});

test("a killed Envoy serves again in under two seconds", async () => {
  const name = "ratings-v1.envoy";
  const killedAt = Date.now();
  const old = kill(name);
  await eventually("a new Envoy", 10_000, () => {
    const pid = demo.pids()[name];
    return pid !== undefined && pid !== old && isAlive(pid) ? true : undefined;
  });
  await eventually("complete pages", 10_000, async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${demo.gateway}/productpage`)));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    return answers.every((answer) => answer.ok && !answer.headers.has("x-degraded")) ? true : undefined;
  });
  // demo.json is rewritten once a second: the second of tolerance is its, not Envoy's.
  expect(Date.now() - killedAt).toBeLessThan(3000);
});

test("an Envoy that starts while the control plane is away serves from its agent's last good configuration", async () => {
  kill("server");
  const name = "details-v1.envoy";
  const old = kill(name);
  await eventually("a new Envoy", 10_000, () => {
    const pid = demo.pids()[name];
    return pid !== undefined && pid !== old && isAlive(pid) ? true : undefined;
  });
  await eventually("complete pages without a control plane", 10_000, async () => {
    const answer = await fetch(`${demo.gateway}/productpage`);
    await answer.arrayBuffer();
    return answer.ok && !answer.headers.has("x-degraded") ? true : undefined;
  });
  await expect(serverAnswers()).rejects.toThrow();
  await eventually("the control plane is back", 60_000, serverAnswers);
});

const invalid: readonly [string, string, string][] = [
  ["broken YAML", "apiVersion: networking.istio.io/v1\nkind: [VirtualService\n", "yaml"],
  [
    "a wrong type",
    vs("http:\n    - timeout: [1]\n      route: [{ destination: { host: reviews } }]"),
    "spec.http[0].timeout",
  ],
  ["an unknown field", vs("htpp: []"), "spec.htpp"],
  ["a duplicate key", vs("http: []\n  http: []"), "http"],
];

function vs(rest: string): string {
  return `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: broken, namespace: default }\nspec:\n  hosts: [reviews]\n  ${rest}\n`;
}

for (const [what, text, names] of invalid) {
  test(`${what} is refused with a line, and changes nothing`, async () => {
    const before = await demo.api.config.history.query({ limit: 1 });
    const result = await demo.api.config.applyChanges.mutate({
      changes: [{ op: "upsert", text, file: "broken.yaml" }],
      reason: "",
    });
    const error = result.diagnostics.find(({ severity }) => severity === "error");
    expect(error).toBeDefined();
    expect(`${error?.path} ${error?.message} ${error?.code}`.toLowerCase()).toContain(names.toLowerCase());
    expect(error?.line).toBeGreaterThan(0);
    expect(await demo.api.config.history.query({ limit: 1 })).toEqual(before);
  });
}

test("a document of five megabytes is refused at once, and changes nothing", async () => {
  const before = await demo.api.config.history.query({ limit: 1 });
  const text = vs(`http:\n    - route: [{ destination: { host: "${"x".repeat(5_000_000)}" } }]`);
  const result = await demo.api.config.applyChanges.mutate({ changes: [{ op: "upsert", text }], reason: "" });
  expect(result.diagnostics.map(({ code }) => code)).toContain("too-large");
  expect(await demo.api.config.history.query({ limit: 1 })).toEqual(before);
});
