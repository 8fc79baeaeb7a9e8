import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { parseAddress } from "#core/simulate/address.ts";
import { decideHttp } from "#core/simulate/decide-http.ts";
import { rollDice } from "#core/simulate/dice.ts";
import { type Connection, Exchange } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { HttpManager, Served } from "#core/simulate/listener.ts";
import { ProxyImage } from "#core/simulate/proxy-image.ts";
import { freePort } from "#node/free-port.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash, MESH } from "#server/envoy/testing/random-world.ts";
import { makeNode, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import { staticBootstrap } from "#server/envoy/testing/static-bootstrap.ts";
import { SwappedProxy } from "#server/envoy/testing/swapped-proxy.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const POLICIES = 20;
const ROUNDS = 5;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Services with a rule each: a header, a path by a pattern, and shares; and a rule that the proxy answers itself. */
function configuration(services: number): string {
  const documents = Array.from({ length: services }, (_, index) => {
    const host = `s${index}.default.svc.cluster.local`;
    return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: s${index}, namespace: default }
spec: { hosts: [${host}], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 80, name: http, protocol: HTTP }], endpoints: [{ address: 127.0.0.1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: s${index}, namespace: default }
spec: { host: ${host}, subsets: [{ name: v1, labels: { version: v1 } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: s${index}, namespace: default }
spec:
  hosts: [${host}]
  http:
    - { match: [{ headers: { end-user: { exact: jason } } }], route: [{ destination: { host: ${host}, subset: v1 } }] }
    - { match: [{ uri: { regex: "/api/v[0-9]+/items/[^/]+" } }], directResponse: { status: 202 } }
    - { route: [{ destination: { host: ${host}, subset: v1 }, weight: 90 }, { destination: { host: ${host} }, weight: 10 }] }
`;
  });
  const policies = Array.from(
    { length: POLICIES },
    (_, index) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: p${index}, namespace: default }
spec:
  selector: { matchLabels: { app: s0 } }
  rules:
    - from: [{ source: { principals: ["cluster.local/ns/default/sa/c${index}", "cluster.local/ns/team-${index}/*"] } }]
      to: [{ operation: { methods: [GET], paths: ["/api/v${index}/*", "/health"] } }]
`,
  );
  return [...documents, ...policies].join("---\n");
}

/** Microseconds of CPU that one decision takes, the fastest of what was tried left out with the slowest. */
function measure(decide: (index: number) => void, count: number): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let index = 0; index < count; index += 1) decide(index);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  });
  return median(rounds);
}

/** Microseconds until a real Envoy's own answer is there, one request after the other on one connection. */
async function askEnvoy(
  port: number,
  count: number,
  headersOf: (index: number) => Record<string, string>,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const once = (index: number): Promise<void> =>
    new Promise((done, fail) => {
      request(
        { agent, port, host: "127.0.0.1", path: `/api/v1/items/${index}`, headers: headersOf(index) },
        (response) => {
          if (response.statusCode !== 202) fail(new Error(`envoy answered ${response.statusCode}`));
          response.resume().on("end", done);
        },
      )
        .on("error", fail)
        .end();
    });
  for (let index = 0; index < 200; index += 1) await once(index);
  const start = performance.now();
  for (let index = 0; index < count; index += 1) await once(index);
  const micros = ((performance.now() - start) * 1000) / count;
  agent.destroy();
  return micros;
}

/** What one decision costs, beside what a real Envoy with the same resources needs to say the same. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { services: "1000", requests: "50000" });
  const services = Number(values.services);
  const requests = Number(values.requests);
  const { resources } = parseDocuments(configuration(services));
  const inbound = { name: "s0-0", port: 9000 };
  const compiler = createCompiler(
    {
      revision: 1,
      mesh: MESH,
      resources,
      instances: [
        {
          namespace: "default",
          name: inbound.name,
          workload: "s0",
          labels: { app: "s0" },
          serviceAccount: "s0",
          address: "127.0.0.1",
          ports: [{ name: "http", appPort: inbound.port, inboundPort: inbound.port + 1 }],
          health: "healthy",
          locality: "",
          weight: 1,
        },
      ],
    },
    { hash },
  );
  const proxyPort = await freePort();
  const open = (header: Omit<ProxyHeader, "type" | "namespace" | "mode">) => {
    const made = makeNode({ type: "sidecar", namespace: "default", mode: "NONE", ...header });
    const { PHAROS_ACCESS_LOG: _, ...metadata } = made.metadata;
    return compiler.open({ ...made, metadata: { ...metadata, PHAROS_TRACING: false } });
  };
  const client = open({ name: "client-0", labels: { app: "client" }, httpProxyPort: proxyPort });
  const called = open({
    name: inbound.name,
    labels: { app: "s0" },
    inbound: [`http:${inbound.port}:${inbound.port + 1}`],
  });
  const dice = rollDice(Math.random);
  const loopback = parseAddress("127.0.0.1");
  const plain: Connection = {
    remote: loopback,
    local: loopback,
    localPort: proxyPort,
    tls: undefined,
    speaks: "http/1.1",
  };
  const mutual: Connection = {
    ...plain,
    localPort: inbound.port + 1,
    tls: {
      serverName: "s0",
      alpn: ["istio"],
      peer: { uris: [`spiffe://cluster.local/ns/team-${POLICIES - 1}/sa/x`], dnsNames: [], subject: "" },
    },
  };
  const decider = (image: ProxyImage, connection: Connection) => {
    const manager = image
      .listeners()
      .flatMap(({ chains }) => chains.map(({ serves }) => serves))
      .find((each): each is HttpManager & Pick<Served, "path"> => each?.kind === "http");
    if (manager === undefined) throw new Error("there is no HTTP listener");
    return (host: string, path: string, more: readonly (readonly [string, string])[]) => {
      const headers = new Headers([
        [":method", "GET"],
        [":authority", host],
        [":path", path],
        ["user-agent", "bench"],
        ["accept", "*/*"],
        ...more,
      ]);
      return decideHttp(image, manager, new Exchange(connection, headers), dice);
    };
  };
  const outbound = decider(new ProxyImage(client.layers), plain);
  const guarded = decider(new ProxyImage(called.layers), mutual);
  const host = (index: number): string => `s${index % services}.default.svc.cluster.local`;
  const figures = {
    pattern: measure((index) => outbound(host(index), `/api/v1/items/${index}`, []), requests),
    shares: measure((index) => outbound(host(index), `/x/${index}`, []), requests),
    header: measure((index) => outbound(host(index), `/x/${index}`, [["end-user", "jason"]]), requests),
    guarded: measure((index) => guarded("s0", `/api/v${POLICIES - 1}/${index}`, []), requests),
  };
  const dir = mkdtempSync(join(tmpdir(), "pharos-bench-simulate-"));
  const envoy = new SwappedProxy(await findTestEnvoy(), dir);
  let answered: number;
  try {
    const { staticResources } = staticBootstrap(client.layers) as {
      staticResources: { listeners: Record<string, unknown>[]; clusters: Record<string, unknown>[] };
    };
    await envoy.swap(
      staticResources.listeners,
      staticResources.clusters.filter(({ name }) => name !== "sds-grpc" && name !== "spans-agent"),
    );
    answered = await askEnvoy(proxyPort, Math.min(requests, 5000), (index) => ({ host: host(index) }));
  } finally {
    await envoy.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  printReport(
    values.output,
    { services, requests, ...figures, envoy: answered },
    {
      title: `One request decided, ${services} services with three routes each (µs)`,
      sides: ["simulate", "asking Envoy"],
      rows: [
        { what: "second route, by a pattern; answered by the proxy", values: [figures.pattern, answered] },
        { what: "third route, by weight", values: [figures.shares, undefined] },
        { what: "first route, by a header", values: [figures.header, undefined] },
        {
          what: `called side, ${POLICIES} policies that allow, the last one does`,
          values: [figures.guarded, undefined],
        },
      ],
      notes: [
        "simulate: CPU of one decision, headers and all, median of five rounds.",
        "asking Envoy: time until its answer over loopback, one after the other on one connection.",
      ],
    },
  );
}
