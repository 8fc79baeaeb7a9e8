// What the simulator says is what a real Envoy does: random configurations of a small mesh, random requests to it, and one
// Envoy that is all of its proxies. FUZZ_SEED repeats a run, FUZZ_RUNS is how many configurations are tried.

import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { AnyResource } from "#core/resource/resource.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { CallResult } from "#core/simulate/call.ts";
import { enumerateBranches } from "#core/simulate/dice.ts";
import { followCall } from "#core/simulate/follow-call.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import type { Answer } from "#server/envoy/testing/answer.ts";
import { arbitraryConfiguration, arbitrarySettings } from "#server/envoy/testing/arbitrary-mesh.ts";
import { arbitraryQuestion, type MeshPorts } from "#server/envoy/testing/arbitrary-question.ts";
import { ask } from "#server/envoy/testing/ask.ts";
import { keepValid } from "#server/envoy/testing/keep-valid.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";
import { makeSnapshot, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import type { Question } from "#server/envoy/testing/scenario.ts";
import { type RunningApp, startScenarioApp } from "#server/envoy/testing/scenario-app.ts";
import {
  type CompiledMesh,
  callOf,
  compileMesh,
  issueSecrets,
  type SmallMesh,
} from "#server/envoy/testing/small-mesh.ts";
import { SwappedProxy } from "#server/envoy/testing/swapped-proxy.ts";
import { fc, seed } from "#testing/fc.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { Cleanup } from "#testing/test-agent.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 20);
const REQUESTS = 20;
/** So many configurations hold every kind that is made for them. */
const RUNS_OF_EVERY_KIND = 10;
/** Ways in which the dice can fall that are looked at. */
const BRANCHES_MAX = 400;

/** The first is where the sidecar that calls is, the second in its region, any other where the gateway is. */
const placeOf = (version: string): string => ({ v1: "eu/a", v2: "eu/b" })[version] ?? "us/a";

const cleanup = new Cleanup();
let envoy: SwappedProxy;
let mesh: SmallMesh;
let ports: MeshPorts;
let services: readonly AnyResource[];
/** Applications by their ports, and by the inbound ports in front of them. */
const apps = new Map<number, string>();
let generation = 0;
let asked = 0;
let undecided = 0;
/** Set: what differs is counted and told of, and the run goes on. */
const isTally = process.env.FUZZ_TALLY !== undefined;
const differing: string[] = [];

beforeAll(async () => {
  const scratch = mkdtempSync(join(tmpdir(), "pharos-simulator-"));
  cleanup.add(() => rmSync(scratch, { recursive: true, force: true }));
  const authority = await makeTestAuthority();
  const start = async (
    name: string,
    protocol: "http" | "tcp" = "http",
    certificate?: Parameters<typeof startScenarioApp>[1],
  ): Promise<RunningApp> => {
    const app = await startScenarioApp(
      { name, protocol, ...(certificate === undefined ? {} : { tls: name }) },
      certificate,
    );
    cleanup.add(() => app.stop());
    apps.set(app.port, name);
    return app;
  };
  const called = [
    { name: "reviews-v1-0", app: "reviews", version: "v1", port: "http" },
    { name: "reviews-v2-0", app: "reviews", version: "v2", port: "http" },
    { name: "ratings-v1-0", app: "ratings", version: "v1", port: "http" },
    { name: "store-v1-0", app: "store", version: "v1", port: "tcp-store" },
    { name: "store-v2-0", app: "store", version: "v2", port: "tcp-store" },
  ];
  const running = await Promise.all(
    called.map(async (each) => {
      const { port: appPort } = await start(each.name, each.port === "http" ? "http" : "tcp");
      const inboundPort = await freePort();
      apps.set(inboundPort, each.name);
      return { ...each, appPort, inboundPort };
    }),
  );
  const outside = [await start("ext-1"), await start("ext-2")];
  const certificate = await authority.issue([{ type: "dns", value: "*.example.com" }]);
  const secured = [await start("secure-1", "tcp", certificate), await start("secure-2", "tcp", certificate)];
  ports = {
    proxy: await freePort(),
    reviews: await freePort(),
    store: await freePort(),
    gate: await freePort(),
    secureGate: await freePort(),
    tcpGate: await freePort(),
    tlsGate: await freePort(),
    secure: await freePort(),
    inbound: running.filter(({ port }) => port === "http").map(({ inboundPort }) => inboundPort),
    stores: running.filter(({ port }) => port !== "http").map(({ inboundPort }) => inboundPort),
  };
  const sidecar = { type: "sidecar", namespace: "default", mode: "NONE" } as const;
  const headers: readonly (readonly [ProxyHeader, string])[] = [
    [
      {
        ...sidecar,
        name: "client-0",
        labels: { app: "client" },
        locality: "eu/a",
        httpProxyPort: ports.proxy,
        outbound: [
          `reviews:9080:${ports.reviews}`,
          `store:7000:${ports.store}`,
          `secure.example.com:443:${ports.secure}`,
        ],
      },
      "client",
    ],
    [
      {
        ...sidecar,
        type: "router",
        namespace: "istio-system",
        name: "edge-0",
        labels: { istio: "gw" },
        locality: "us/a",
        gatewayPorts: { 8080: ports.gate, 8443: ports.secureGate, 7000: ports.tcpGate, 9443: ports.tlsGate },
      },
      "edge",
    ],
    ...running.map(
      ({ name, app, version, port, appPort, inboundPort }) =>
        [{ ...sidecar, name, labels: { app, version }, inbound: [`${port}:${appPort}:${inboundPort}`] }, app] as const,
    ),
  ];
  const snapshot = makeSnapshot(
    parseAllDocuments(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: default }
spec: { hosts: [reviews.default.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 9080, name: http, protocol: HTTP }], workloadSelector: { labels: { app: reviews } } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ratings, namespace: default }
spec: { hosts: [ratings.default.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 9080, name: http, protocol: HTTP }], workloadSelector: { labels: { app: ratings } } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: store, namespace: default }
spec: { hosts: [store.default.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 7000, name: tcp-store, protocol: TCP }], workloadSelector: { labels: { app: store } } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: secure, namespace: default }
spec: { hosts: [secure.example.com], location: MESH_EXTERNAL, resolution: STATIC, ports: [{ number: 443, name: tls, protocol: TLS }], endpoints: [${secured.map(({ port }, index) => `{ address: 127.0.0.1, ports: { tls: ${port} }, labels: { version: v${index + 1} }, locality: ${placeOf(`v${index + 1}`)} }`).join(", ")}] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ext, namespace: default }
spec: { hosts: [ext.example.com], location: MESH_EXTERNAL, resolution: STATIC, ports: [{ number: 80, name: http, protocol: HTTP }], endpoints: [${outside.map(({ port }, index) => `{ address: 127.0.0.1, ports: { http: ${port} }, labels: { version: v${index + 1} }, locality: ${placeOf(`v${index + 1}`)} }`).join(", ")}] }
`) as Parameters<typeof makeSnapshot>[0],
    running.map(({ name, app, version, port, appPort, inboundPort }) => ({
      name,
      labels: { app, version },
      account: app,
      locality: placeOf(version),
      ports: [`${port}:${appPort}:${inboundPort}`],
    })),
  );
  services = snapshot.resources;
  mesh = {
    proxies: await Promise.all(headers.map(([header, account]) => issueSecrets(authority, scratch, header, account))),
    instances: snapshot.instances,
  };
  envoy = new SwappedProxy(await findTestEnvoy(), join(scratch, "envoy"));
  cleanup.add(() => envoy.stop());
});
afterAll(async () => {
  await cleanup.run();
  if (isTally)
    console.log(
      `${asked - differing.length} of ${asked} agree, ${undecided} undecided\n${differing.slice(0, 12).join("\n\n")}`,
    );
});

const OWN = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

/** Of a request or an answer what configuration decides; the rest differs from one request to the next. */
const UNTOLD =
  /^(?:connection|content-length|transfer-encoding|x-request-id|x-forwarded-client-cert|date|server|content-type|keep-alive|host|x-envoy-upstream-service-time|:.*)$/;

interface Told {
  readonly status?: number | undefined;
  readonly app?: string | undefined;
  readonly closed?: boolean;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly seen?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a client on this host is written down, Envoy writes an address of the host. Of failed connections it tells more than whether. */
function tellable(name: string, value: string): string {
  const joined = value.replace(/, /g, ",");
  if (name === "x-forwarded-for") return OWN.reduce((text, address) => text.replaceAll(address, "127.0.0.1"), joined);
  // Another try is told what is left, to the millisecond: on a host that is busy it may come seconds later.
  if (/^(?:x-envoy-expected-rq-timeout-ms|grpc-timeout)$/.test(name))
    return `${Math.ceil(Number.parseInt(joined, 10) / 5000)} times 5 s`;
  return name === "grpc-message" && joined.startsWith("upstream connect error") ? "upstream connect error" : joined;
}

function plain(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries(
    [...headers]
      .filter(([name]) => !UNTOLD.test(name))
      .map(([name, value]): [string, string] => [name, tellable(name, value)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function foretold({ status, by, endpoints, request, response, flags }: CallResult, isTcp: boolean): Told {
  const app = by === "application" || by === "outside" ? apps.get(endpoints[0]?.port ?? 0) : undefined;
  if (isTcp) return app === undefined ? { closed: true } : { app };
  const isServed = by === "application" || by === "outside";
  if (status === undefined && app === undefined && (flags !== "" || !isServed)) return { closed: true };
  return {
    status: status ?? 200,
    ...(app === undefined
      ? {}
      : {
          app,
          method: request?.get(":method"),
          path: request?.get(":path"),
          host: request?.get(":authority"),
          seen: plain(request ?? []),
        }),
    headers: plain(response),
  };
}

function happened({ status, app, seen, headers, closed }: Answer, isTcp: boolean): Told {
  // Bytes that are no request are answered with an error by what speaks HTTP.
  if (isTcp) return app === undefined || app.startsWith("HTTP/1.1 400") ? { closed: true } : { app };
  if (status === undefined && closed === true) return { closed: true };
  return {
    status,
    ...(seen === undefined
      ? {}
      : {
          app,
          method: seen.method,
          path: seen.path,
          host: seen.headers.host,
          seen: plain(Object.entries(seen.headers)),
        }),
    headers: plain(Object.entries(headers)),
  };
}

/** Undefined where whoever took the bytes did not understand them. */
async function askEnvoy(question: Question): Promise<Answer | undefined> {
  try {
    return await ask(question, false);
  } catch (error) {
    if (/ECONNRESET|socket hang up|disconnected/.test(String(error))) return { headers: {}, closed: true };
    // What is passed through is for whoever is behind it to understand: one who speaks no TLS answers as to nonsense.
    if (/wrong version number/.test(String(error))) return undefined;
    throw error;
  }
}

async function compare(compiled: CompiledMesh, question: Question): Promise<void> {
  const isTcp = question.tcp !== undefined;
  const isBound = [...compiled.parties.values()].some(({ image }) =>
    image.listeners().some(({ binds, port }) => binds && port === question.to),
  );
  // A gateway's port for connections that nothing routes is closed.
  if (!isBound) return;
  const call = callOf(compiled, mesh, question);
  const followed = enumerateBranches((dice) => followCall(call, dice, false), BRANCHES_MAX).map(({ value }) => value);
  // What somebody answers who is asked about it is not foretold.
  if (followed.some(({ by, details }) => by === "unknown" && details.startsWith("asked of "))) {
    undecided += 1;
    return;
  }
  const possible = followed.map((result) => foretold(result, isTcp));
  const answered = await askEnvoy(question);
  if (answered === undefined) return;
  const answer = happened(answered, isTcp);
  asked += 1;
  const found = possible.some((each) => JSON.stringify(each) === JSON.stringify(answer));
  if (found) return;
  if (isTally) {
    differing.push(
      `${JSON.stringify(question)}\nenvoy ${JSON.stringify(answer)}\n  ours ${possible
        .slice(0, 3)
        .map((each) => JSON.stringify(each))
        .join("\n       ")}\n${JSON.stringify(
        enumerateBranches((dice) => followCall(call, dice, true), 3)
          .at(-1)
          ?.value.hops.map(({ steps }) => steps.slice(-4).map(({ at, title, why }) => `${at} ${title}: ${why}`)),
      )}`,
    );
    return;
  }
  expect({ question, ...answer }).toEqual({
    question,
    ...(possible.length === 1
      ? possible[0]
      : (possible.find(({ status, app }) => status === answer.status && app === answer.app) ?? possible[0])),
  });
}

test(`the simulator and Envoy agree (FUZZ_SEED=${seed})`, { timeout: 3_600_000 }, async () => {
  const made = new Set<string>();
  const kept = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      arbitraryConfiguration,
      arbitrarySettings,
      fc.array(arbitraryQuestion(ports), { minLength: REQUESTS, maxLength: REQUESTS }),
      async (documents, proxies, questions) => {
        const resources = new Map<string, AnyResource>(services.map((each) => [formatRef(refOf(each)), each]));
        for (const document of documents) {
          const resource = keepValid(document);
          made.add(String(document.kind));
          if (resource === undefined) continue;
          kept.add(resource.kind);
          resources.set(formatRef(refOf(resource)), resource);
        }
        generation += 1;
        const compiled = compileMesh(mesh, [...resources.values()], { ...MESH, proxies }, generation);
        await envoy.swap(compiled.listeners, compiled.clusters);
        await Promise.all(questions.map((question) => compare(compiled, question)));
      },
    ),
    { seed, numRuns: RUNS, endOnFailure: process.env.FUZZ_FIRST !== undefined },
  );
  expect(asked).toBeGreaterThan(undecided);
  if (RUNS >= RUNS_OF_EVERY_KIND) expect([...made].filter((kind) => !kept.has(kind))).toEqual([]);
});
