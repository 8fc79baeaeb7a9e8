// Each file of scenarios/ is a small mesh and what is to come of requests to it: what users write is compiled, real Envoys
// run it, and applications say what reached them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { KEPT_STATS } from "#core/xds/kept-stats.ts";
import { makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { type Answer, ask } from "#server/envoy/testing/ask.ts";
import { makeNode, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import { type Expectation, namesIn, readScenario, type Scenario } from "#server/envoy/testing/scenario.ts";
import { type RunningApp, startScenarioApp } from "#server/envoy/testing/scenario-app.ts";
import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";
import { startStaticProxy } from "#server/envoy/testing/start-static-proxy.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import type { EnvoyProcess } from "#testing/envoy-process.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { Cleanup } from "#testing/test-agent.ts";

const DIR = join(import.meta.dirname, "scenarios");
const FILES = readdirSync(DIR).filter((file) => file.endsWith(".yaml"));
const TIMEOUT_MS = 20_000;
let envoy: string;
let scratch: string;
let authority: TestAuthority;
const cleanup = new Cleanup();

beforeAll(async () => {
  envoy = await findTestEnvoy();
  scratch = mkdtempSync(join(tmpdir(), "pharos-scenarios-"));
  authority = await makeTestAuthority();
  // What scenarios name under $certs: a server's certificate for *.example.com, and who signed it.
  const { cert, key } = await authority.issue([{ type: "dns", value: "*.example.com" }]);
  for (const [name, pem] of Object.entries({ "cert.pem": cert, "key.pem": key, "ca.pem": authority.roots }))
    writeFileSync(join(scratch, name), pem);
});
afterEach(() => cleanup.run());
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Every name of the scenario gets a port; those of applications when they listen. */
async function start(text: string): Promise<{ scenario: Scenario; apps: Map<string, RunningApp> }> {
  const values = new Map([["certs", scratch]]);
  const apps = new Map<string, RunningApp>();
  const names = namesIn(text);
  for (const app of readScenario(text.slice(0, text.indexOf("\n---\n") + 1), values).apps) {
    const certificate = app.tls === undefined ? undefined : await authority.issue([{ type: "dns", value: app.tls }]);
    const running = await startScenarioApp(app, certificate);
    cleanup.add(() => running.stop());
    apps.set(app.name, running);
    values.set(app.name, String(running.port));
  }
  for (const name of names) if (!values.has(name)) values.set(name, String(await freePort()));
  return { scenario: readScenario(text, values), apps };
}

async function startProxy(proxy: ProxyHeader, { snapshot }: Scenario): Promise<EnvoyProcess> {
  const made = makeNode(proxy);
  const node = { ...made, metadata: { ...made.metadata, PHAROS_TRACING: false } };
  const { layers } = createCompiler(snapshot, { hash: (bytes) => String(bytes.length) }).open(node);
  const account = snapshot.instances.find(({ name }) => name === proxy.name)?.serviceAccount ?? proxy.name;
  const running = startStaticProxy({
    envoy,
    dir: join(mkdtempSync(join(scratch, "proxy-")), proxy.name),
    bootstrap: { ...staticBootstrap(layers), stats_config: KEPT_STATS },
    certificate: await authority.issue(`spiffe://cluster.local/ns/${proxy.namespace}/sa/${account}`),
    roots: authority.roots,
  });
  cleanup.add(() => running.stop());
  await expect.poll(() => running.isReady(), { timeout: TIMEOUT_MS, interval: 20 }).toBe(true);
  return running;
}

/** `downstream_cx_total: 5`, of these names alone. */
async function countsOf(running: EnvoyProcess | undefined, names: readonly string[]): Promise<Record<string, number>> {
  const { body = "" } = (await running?.get("/stats")) ?? {};
  const counts = new Map(body.split("\n").map((line) => line.split(": ", 2) as [string, string]));
  return Object.fromEntries(names.map((name) => [name, Number(counts.get(name))]));
}

/** Of a request or an answer what is asked about, to be compared with what is to be. */
function pick(wanted: NonNullable<Expectation["seen"]>, got: Partial<SeenRequest> | undefined): Expectation["seen"] {
  return Object.fromEntries(
    Object.keys(wanted).map((key) => [
      key,
      key === "headers" ? pickHeaders(wanted.headers, got?.headers) : got?.[key as "method" | "path"],
    ]),
  );
}

function pickHeaders(
  wanted: Readonly<Record<string, string | null>> = {},
  got: Readonly<Record<string, string>> = {},
): Record<string, string | null> {
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, got[name.toLowerCase()] ?? null]));
}

function told(expected: Expectation, answer: Answer): Expectation {
  const { status, app, headers, seen, closed } = expected;
  return {
    ...(status === undefined ? {} : { status: answer.status ?? 0 }),
    ...(app === undefined ? {} : { app: answer.app ?? "" }),
    ...(headers === undefined ? {} : { headers: pickHeaders(headers, answer.headers) }),
    ...(seen === undefined ? {} : { seen: pick(seen, answer.seen) ?? {} }),
    ...(closed === undefined ? {} : { closed: answer.closed ?? false }),
  };
}

test.each(FILES)("%s", async (file) => {
  const { scenario, apps } = await start(readFileSync(join(DIR, file), "utf8"));
  const proxies = new Map<string, EnvoyProcess>();
  for (const proxy of scenario.proxies) proxies.set(proxy.name, await startProxy(proxy, scenario));
  for (const [index, { name, ask: question, times = 1, soon = false, expect: expected }] of scenario.steps.entries()) {
    const step = `step ${index + 1}: ${name ?? JSON.stringify(question)}`;
    const { copies = {}, apps: count, ...one } = expected;
    const answered = new Set<string | undefined>();
    if (soon)
      await expect
        .poll(async () => told(one, await ask(question, false)), { timeout: TIMEOUT_MS, interval: 20, message: step })
        .toEqual(one);
    for (let time = 0; time < times; time += 1) {
      const answer = await ask(question, expected.closed === true);
      answered.add(answer.app);
      expect(told(one, answer), step).toEqual(one);
    }
    if (count !== undefined) {
      const known = [...answered].filter((app) => app !== undefined && apps.has(app));
      expect({ count: answered.size, known: known.length }, `${step}: ${[...answered].join()}`).toEqual({
        count,
        known: count,
      });
    }
    for (const [app, wanted = {}] of Object.entries(copies))
      await expect
        .poll(() => pick(wanted, apps.get(app)?.seen.at(-1)), { timeout: TIMEOUT_MS, interval: 20, message: step })
        .toEqual(wanted);
  }
  for (const [proxy, counts] of Object.entries(scenario.counts))
    await expect
      .poll(() => countsOf(proxies.get(proxy), Object.keys(counts)), {
        timeout: TIMEOUT_MS,
        interval: 20,
        message: proxy,
      })
      .toEqual(counts);
});
