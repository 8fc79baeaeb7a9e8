import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { formatPath } from "../../core/schema/path.ts";
import { WINDOW_MS } from "../../core/telemetry/buckets.ts";
import { isAlive } from "../../programs/demo/state.ts";
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

type Seat = Pick<Parameters<typeof demo.api.requests.totals.query>[0], "reporter" | "workload" | "service">;
type Answers = Pick<LoadCount, "answered"> & Partial<Pick<LoadCount, "byCode">>;

const AT_GATEWAY: Seat = { reporter: "source", workload: GATEWAY };
const AT_PRODUCTPAGE: Seat = { reporter: "destination", workload: "productpage-v1" };

/** The load generator's own count, held against what the store says was seen at both ends of the first hop. */
async function expectExactCount(count: Answers, startMs: number, seats = [AT_GATEWAY, AT_PRODUCTPAGE]): Promise<void> {
  const endMs = await nextWindow();
  for (const seat of seats) {
    const total = await eventually(`${count.answered} requests, told by the ${seat.reporter}`, 60_000, async () => {
      const seen = await demo.api.requests.totals.query({ ...seat, startMs, endMs });
      if (seen.total > count.answered) throw new Error(`counted twice: ${seen.total} of ${count.answered}`);
      return seen.total === count.answered ? seen : undefined;
    });
    if (count.byCode !== undefined) expect(total.byCode).toEqual(count.byCode);
  }
}

async function agentIsBack(name: string, old: number): Promise<void> {
  await eventually(`${name} is started again`, 20_000, () => {
    const pid = demo.pids()[name];
    return pid !== undefined && pid !== old && isAlive(pid) ? true : undefined;
  });
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

test("a killed control plane, and agents killed meanwhile, cost no request and no count, and all it knew is there when they are back", async () => {
  const before = await demo.api.config.history.query({ limit: 50 });
  const startMs = await nextWindow();
  const load = startLoad(demo, 20, 120);
  await delay(3000);
  const killedAt = Date.now();
  kill("server");
  await expect(serverAnswers()).rejects.toThrow();
  // Reports of both wait in their directories, for agents that come up without a control plane.
  for (const name of [`${GATEWAY}.agent`, "productpage-v1.agent"]) await agentIsBack(name, kill(name));
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
  await agentIsBack(`${GATEWAY}.agent`, old);
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

test("a killed Envoy serves whole pages again in under three seconds", async () => {
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
  // demo.json, which names the new one, is written once a second.
  expect(Date.now() - killedAt).toBeLessThan(3000);
});

test("an Envoy that starts while the control plane is away serves from its agent's last good configuration", async () => {
  const startMs = await nextWindow();
  const load = startLoad(demo, 20, 120);
  await delay(2000);
  kill("server");
  kill("productpage-v1.agent");
  const name = "details-v1.envoy";
  const old = kill(name);
  await eventually("a new Envoy", 10_000, () => {
    const pid = demo.pids()[name];
    return pid !== undefined && pid !== old && isAlive(pid) ? true : undefined;
  });
  let looked = 0;
  await eventually("complete pages without a control plane", 10_000, async () => {
    looked += 1;
    const answer = await fetch(`${demo.gateway}/productpage`);
    await answer.arrayBuffer();
    return answer.ok && !answer.headers.has("x-degraded") ? true : undefined;
  });
  await expect(serverAnswers()).rejects.toThrow();
  await eventually("the control plane is back", 60_000, serverAnswers);
  const count = await load.finish();
  expect(count.failed).toBe(0);
  // What the killed Envoy had taken is its callers' to tell of.
  const toDetails: Seat = {
    reporter: "source",
    workload: "productpage-v1",
    service: "details.default.svc.cluster.local",
  };
  await expectExactCount({ answered: count.answered + looked }, startMs, [AT_GATEWAY, AT_PRODUCTPAGE, toDetails]);
});

/** What callers may put into a request, meant to break a line of the log or to look like one of its own. */
const LINE = '{"dir":"gateway","t":1,"c":200}';
const HOSTILE = [
  ...['/"', "/%0a%7B", "/\\n", "/\x80\xff", `/${"p".repeat(50_000)}`, `/${LINE}`, "/\x7f"].map(
    (path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n`,
  ),
  ...['x"', "\xff\xfe", '\\"}', "a\tb", LINE, "u".repeat(70_000), "a\0b", "a\rb", "a\nb: c"].flatMap((text) => [
    `GET / HTTP/1.1\r\nhost: a\r\nuser-agent: ${text}\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\ncontent-type: ${text}\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nx-request-id: ${text}\r\n`,
    `GET / HTTP/1.1\r\nhost: ${text}\r\n`,
  ]),
  'G"T / HTTP/1.1\r\nhost: a\r\n',
  "GET / HTTP/1.0\r\nhost: a\r\n",
  "\x16\x03\x01\x02",
];

/** The status that a request got which is sent as it stands, byte by byte. */
function sendRaw(request: string): Promise<string> {
  return new Promise((done, fail) => {
    let answer = "";
    const socket = connect(Number(new URL(demo.gateway).port), "127.0.0.1");
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.once("close", () => {
      const code = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
      if (code === undefined) fail(new Error(`no answer to ${request.slice(0, 60)}`));
      else done(code);
    });
    // Envoy answers and closes before it has read all of what is too long.
    socket.once("error", () => undefined);
    socket.write(`${request}connection: close\r\n\r\n`, "latin1");
  });
}

test("no request, whatever is in it, breaks a line of the log or forges a count", async () => {
  const startMs = await nextWindow();
  const byCode: Record<string, number> = {};
  for (const request of HOSTILE) {
    const code = await sendRaw(request);
    byCode[code] = (byCode[code] ?? 0) + 1;
  }
  await expectExactCount({ answered: HOSTILE.length, byCode }, startMs, [AT_GATEWAY]);
  const { gaps } = await demo.api.topology.graph.query({ view: "workload", seconds: 30 });
  expect(gaps).toEqual([]);
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
    expect(`${formatPath(error?.path ?? [])} ${error?.message} ${error?.code}`.toLowerCase()).toContain(
      names.toLowerCase(),
    );
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
