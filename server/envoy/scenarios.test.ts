// Each file of scenarios/ is a small mesh and what is to come of requests to it: what users write is compiled, real Envoys
// run it, and applications say what reached them. The simulator is held to the same.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ProxyImage } from "#core/simulate/proxy-image.ts";
import { KEPT_STATS } from "#core/xds/kept-stats.ts";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import { verifySignature } from "#node/verify-signature.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import type { Answer } from "#server/envoy/testing/answer.ts";
import { ask } from "#server/envoy/testing/ask.ts";
import { foretell } from "#server/envoy/testing/foretell.ts";
import { pickSeen, pickTold } from "#server/envoy/testing/pick-told.ts";
import { makeNode, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import { namesIn, readBeforehand, readScenario } from "#server/envoy/testing/read-scenario.ts";
import type { AppHeader, Scenario, Step } from "#server/envoy/testing/scenario.ts";
import { type RunningApp, startScenarioApp } from "#server/envoy/testing/scenario-app.ts";
import { type CompiledMesh, callOf, spiffeOf } from "#server/envoy/testing/small-mesh.ts";
import { startStaticProxy } from "#server/envoy/testing/start-static-proxy.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import type { EnvoyProcess } from "#testing/envoy-process.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { makeSigners, signToken } from "#testing/sign-token.ts";
import { Cleanup } from "#testing/test-agent.ts";

const DIR = join(import.meta.dirname, "scenarios");
const FILES = readdirSync(DIR).filter((file) => file.endsWith(".yaml"));
/** Envoy's timers begin when its loop last looked at the clock, a moment before they are asked for. */
const LOOP_MS = 2;
const POLL = { timeout: 20_000, interval: 20 };
/** Values of headers that are too long to be written out. */
const LONG = { big: "b".repeat(12_000), huge: "h".repeat(70_000) };
let envoy: string;
let scratch: string;
let authority: TestAuthority;
const signer = makeSigners().ec;
const accounts = new Map<string, Promise<IssuedCertificate>>();

beforeAll(async () => {
  envoy = await findTestEnvoy();
  scratch = mkdtempSync(join(tmpdir(), "pharos-scenarios-"));
  authority = await makeTestAuthority();
  // What scenarios name under $certs: a server's certificate for *.example.com, and who signed it.
  const { cert, key } = await authority.issue([{ type: "dns", value: "*.example.com" }]);
  const gone = await certificateFor("default/gone");
  const revoked = await authority.revoke(gone?.cert ?? "");
  const files = { "cert.pem": cert, "key.pem": key, "ca.pem": authority.roots, "revoked.pem": revoked };
  for (const [name, pem] of Object.entries(files)) writeFileSync(join(scratch, name), pem);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Started {
  readonly scenario: Scenario;
  readonly apps: ReadonlyMap<string, RunningApp>;
  readonly proxies: ReadonlyMap<string, EnvoyProcess>;
  readonly mesh: Pick<CompiledMesh, "parties">;
}

/** Every name of the scenario gets a port; those of applications when they listen. */
async function start(text: string, cleanup: Cleanup): Promise<Started> {
  const values = new Map([["certs", scratch], ...Object.entries(LONG)]);
  const apps = new Map<string, RunningApp>();
  const { apps: headers, tokens } = readBeforehand(text);
  for (const app of headers) {
    const running = await startScenarioApp(app, await certificateOf(app));
    cleanup.add(() => running.stop());
    apps.set(app.name, running);
    values.set(app.name, String(running.port));
  }
  for (const [name, payload] of Object.entries(tokens)) values.set(name, signToken(payload, signer, { kid: "ec" }));
  values.set("jwks", `'${JSON.stringify({ keys: [signer.jwk] })}'`);
  for (const name of namesIn(text)) if (!values.has(name)) values.set(name, String(await freePort()));
  const scenario = readScenario(text, values);
  const compiler = createCompiler(scenario.snapshot, { hash: (bytes) => String(bytes.length) });
  const started = await Promise.all(
    scenario.proxies.map(async (proxy) => ({ proxy, ...(await startProxy(proxy, scenario, compiler, cleanup)) })),
  );
  return {
    scenario,
    apps,
    proxies: new Map(started.map(({ proxy, running }) => [proxy.name, running])),
    mesh: { parties: new Map(started.map(({ proxy, party }) => [proxy.name, party])) },
  };
}

async function certificateOf({ tls, asksCertificate }: AppHeader): Promise<IssuedCertificate | undefined> {
  if (tls === undefined) return undefined;
  const issued = await authority.issue([{ type: "dns", value: tls }]);
  return asksCertificate === true ? { ...issued, ...{ ca: authority.roots } } : issued;
}

async function startProxy(
  proxy: ProxyHeader,
  { snapshot }: Scenario,
  compiler: ReturnType<typeof createCompiler>,
  cleanup: Cleanup,
) {
  const made = makeNode(proxy);
  const { layers } = compiler.open({ ...made, metadata: { ...made.metadata, PHAROS_TRACING: false } });
  const account = snapshot.instances.find(({ name }) => name === proxy.name)?.serviceAccount ?? nameOfAccount(proxy);
  const spiffe = spiffeOf(proxy.namespace, account);
  const dir = mkdtempSync(join(scratch, "proxy-"));
  const running = startStaticProxy({
    envoy,
    dir: join(dir, proxy.name),
    bootstrap: { ...staticBootstrap(layers), stats_config: KEPT_STATS },
    certificate: await authority.issue(spiffe),
    roots: authority.roots,
  });
  cleanup.add(() => running.stop());
  await running.untilReady();
  const party = {
    name: proxy.name,
    image: new ProxyImage(layers, { nowMs: () => Date.now(), verify: verifySignature }),
    certificate: { uris: [spiffe], dnsNames: [], subject: "" },
    address: "127.0.0.1",
  };
  return { running, party };
}

const nameOfAccount = ({ name }: ProxyHeader): string => name.replace(/-\d+$/, "");

/** One for each account that questions are asked as. */
function certificateFor(account: string | undefined): Promise<IssuedCertificate> | undefined {
  if (account === undefined) return undefined;
  const [namespace = "", name = ""] = account.split("/");
  const issued = accounts.get(account) ?? authority.issue(spiffeOf(namespace, name));
  accounts.set(account, issued);
  return issued;
}

/** `downstream_cx_total: 5`, of these names alone. */
async function countsOf(running: EnvoyProcess | undefined, names: readonly string[]): Promise<Record<string, number>> {
  const { body = "" } = (await running?.get("/stats")) ?? {};
  const counts = new Map(body.split("\n").map((line) => line.split(": ", 2) as [string, string]));
  return Object.fromEntries(names.map((name) => [name, Number(counts.get(name))]));
}

/** What the simulator says can come of a step is all as expected. */
function expectForetold({ scenario, apps, mesh }: Started, { ask: question, unforeseen, expect: wanted }: Step): void {
  const { copies: _c, apps: count, tries: _t, continued: _n, trailers: _r, atLeastMs, ...one } = wanted;
  if (unforeseen !== undefined || question.raw !== undefined) return;
  const servers = new Map<number, { header: AppHeader; app: RunningApp }>();
  for (const header of scenario.apps) {
    const app = apps.get(header.name);
    if (app === undefined) continue;
    servers.set(app.port, { header, app });
  }
  for (const { inboundPort, appPort } of scenario.snapshot.instances.flatMap(({ ports }) => ports)) {
    const server = servers.get(appPort);
    if (server !== undefined && !servers.has(inboundPort)) servers.set(inboundPort, server);
  }
  const foretold = foretell(callOf(mesh, scenario.snapshot, question), servers);
  const answering = new Set<string | undefined>();
  for (const each of foretold) {
    if (each === "undecided") return;
    expect(tidy(pickTold(one, each.answer)), "the simulator").toEqual(tidy(one));
    if (atLeastMs !== undefined) expect(each.delayMs, "the simulator").toBeGreaterThanOrEqual(atLeastMs);
    answering.add(each.answer.app);
  }
  if (count !== undefined) expect(answering.size, "the simulator").toBeGreaterThanOrEqual(count);
}

/** Lists in headers without the blanks that some servers put between values. */
const tidy = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(", ", ","));

async function take(started: Started, { name, ask: question, times = 1, soon = false, ...rest }: Step): Promise<void> {
  const { apps } = started;
  const { copies = {}, apps: count, tries, atLeastMs, ...one } = rest.expect;
  const answered = new Set<string | undefined>();
  const certificate = await certificateFor(question.as);
  if (soon)
    await vi.waitFor(async () => {
      for (let time = 0; time < times; time += 1)
        expect(pickTold(one, await ask(question, false, certificate))).toEqual(one);
    }, POLL);
  for (let time = 0; time < times; time += 1) {
    const seenBefore = seenOf(apps);
    const startMs = performance.now();
    const answer: Answer = await ask(question, one.closed === true, certificate);
    answered.add(answer.app);
    expect(pickTold(one, answer), name ?? "").toEqual(one);
    // A request that the proxy has given up may reach its application after the answer.
    if (tries !== undefined) await vi.waitFor(() => expect(seenOf(apps) - seenBefore, "tries").toBe(tries), POLL);
    if (atLeastMs !== undefined) expect(performance.now() - startMs).toBeGreaterThanOrEqual(atLeastMs - LOOP_MS);
  }
  if (count !== undefined) {
    const known = [...answered].filter((app) => app !== undefined && apps.has(app));
    expect({ count: answered.size, known: known.length }, [...answered].join()).toEqual({ count, known: count });
  }
  for (const [app, wanted = {}] of Object.entries(copies))
    await vi.waitFor(() => expect(pickSeen(wanted, apps.get(app)?.seen.at(-1)), app).toEqual(wanted), POLL);
}

const seenOf = (apps: Started["apps"]): number => [...apps.values()].reduce((sum, { seen }) => sum + seen.length, 0);

/** All that differs of a scenario is told at once. */
async function differencesOf(started: Started): Promise<string[]> {
  const told: string[] = [];
  for (const [index, step] of started.scenario.steps.entries()) {
    const where = `step ${index + 1}, ${step.name ?? JSON.stringify(step.ask)}`;
    for (const hold of [() => take(started, step), async () => expectForetold(started, step)])
      await hold().catch((error: unknown) => told.push(`${where}: ${String(error)}\n${diffOf(error)}`));
  }
  return told;
}

function diffOf(error: unknown): string {
  const { actual, expected } = error as { actual?: unknown; expected?: unknown };
  return actual === undefined ? "" : `got ${JSON.stringify(actual)}\nnot ${JSON.stringify(expected)}`;
}

describe.concurrent("scenarios", () => {
  test.each(FILES)("%s", async (file) => {
    const cleanup = new Cleanup();
    try {
      const started = await start(readFileSync(join(DIR, file), "utf8"), cleanup);
      expect((await differencesOf(started)).join("\n\n")).toBe("");
      for (const [proxy, counts] of Object.entries(started.scenario.counts))
        await vi.waitFor(
          async () => expect(await countsOf(started.proxies.get(proxy), Object.keys(counts)), proxy).toEqual(counts),
          POLL,
        );
    } finally {
      await cleanup.run();
    }
  });
});
