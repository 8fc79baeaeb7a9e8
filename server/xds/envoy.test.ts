import { mkdtempSync, rmSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LayerChange } from "#core/xds/layer.ts";
import { GrpcServer } from "#grpc/server.ts";
import { freePort } from "#node/free-port.ts";
import { renderMetrics } from "#node/prometheus-text.ts";
import { type AdsEvent, AdsServer } from "#server/xds/ads-server.ts";
import { cluster, encodeResource, endpoints, host, listener, routes } from "#server/xds/testing/envoy-resources.ts";
import { RunningEnvoy } from "#server/xds/testing/run-envoy.ts";
import { StaticLayer } from "#server/xds/testing/static-layer.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";

const NODE = "sidecar~127.0.0.1~x.default~default.svc.cluster.local";
/** No filter chain may end with it. */
const CORS = {
  name: "envoy.filters.http.cors",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors" },
};
const TIMEOUT_MS = 20_000;

let envoyPath: string;
let dir: string;
let envoy: RunningEnvoy | undefined;
let server: GrpcServer | undefined;
let apps: Server[];

beforeAll(async () => {
  envoyPath = await findTestEnvoy();
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-xds-"));
  apps = [];
});
afterEach(async () => {
  await envoy?.stop();
  await server?.close();
  for (const app of apps) app.close();
  rmSync(dir, { recursive: true, force: true });
});

async function listen(app: Server): Promise<number> {
  apps.push(app);
  await new Promise<void>((done) => app.listen(0, "127.0.0.1", done));
  return (app.address() as AddressInfo).port;
}

/** Takes a port, as a process does that knows nothing of a mesh; resolves with which. */
async function hold(holder: TcpServer): Promise<number> {
  await new Promise<void>((done) => holder.listen(0, "127.0.0.1", done));
  return (holder.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

function ask(port: number): Promise<Answer> {
  return new Promise((done) => {
    get({ host: "127.0.0.1", port, headers: { host: "app" }, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => done({ status: response.statusCode, body }));
    }).on("error", (error) => done({ status: undefined, body: String(error) }));
  });
}

const until = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: TIMEOUT_MS, interval: 20 });

/** One host's route, as a resource of its own where there is VHDS and inside the route configuration where not. */
function routing(isDelta: boolean, layer: StaticLayer, route: JsonObject): LayerChange {
  return isDelta
    ? layer.edit("VHDS", { "r/app": encodeResource("VHDS", host("r/app", "app", route)) })
    : layer.edit("RDS", { r: routes("r", [host("app", "app", route)]) });
}

/** A server with one proxy's layer, and a real Envoy before two applications that answer "a" and "b". */
async function start(isDelta: boolean) {
  const [a, b, port] = [
    await listen(createServer((_, response) => response.end("a"))),
    await listen(createServer((_, response) => response.end("b"))),
    await freePort(),
  ];
  const layer = new StaticLayer("outbound/default", {
    CDS: { a: cluster("a") },
    EDS: { a: endpoints("a", a) },
    LDS: { l: listener("l", port, "r") },
    ...(isDelta ? { RDS: { r: routes("r") } } : {}),
  });
  routing(isDelta, layer, { route: { cluster: "a" } });
  const events: AdsEvent[] = [];
  const clock = { nowMs: 1_000_000 };
  const makeAds = (): AdsServer =>
    new AdsServer({
      source: { open: () => ({ layers: [layer] }), close: () => undefined },
      authorize: (node) => ({ node, spiffeId: null, isRegistered: false }),
      onEvent: (event) => events.push(event),
      tellable: (words) => words.replaceAll("non-terminal", "[hidden]"),
      revision: 1,
      offerAgainAfterMs: [100, 200],
      now: () => clock.nowMs,
    });
  const serve = async (ads: AdsServer, on: number): Promise<number> => {
    server = new GrpcServer({ methods: ads.methods() });
    return server.listen({ host: "127.0.0.1", port: on });
  };
  const ads = makeAds();
  const xdsPort = await serve(ads, 0);
  envoy = new RunningEnvoy({ envoy: envoyPath, dir, xdsPort, isDelta, nodeId: NODE });
  await until(() => ask(port)).toEqual({ status: 200, body: "a" });
  return { layer, ads, events, clock, port, a, b, xdsPort, makeAds, serve };
}

describe.each([
  ["delta", true],
  ["state of the world", false],
])("a real Envoy, %s", (_, isDelta) => {
  test("takes an edit, and its revision is known to have arrived", async () => {
    const { layer, ads, clock, port } = await start(isDelta);
    await until(() => ads.proxy(NODE)?.revision).toBe(1);
    const sentBefore = ads.proxy(NODE)?.bytesSent ?? 0;
    ads.distribute(
      [routing(isDelta, layer, { direct_response: { status: 418, body: { inline_string: "edited" } } })],
      2,
    );
    // No answer is read before this turn ends.
    clock.nowMs += 42;
    await until(() => ask(port)).toEqual({ status: 418, body: "edited" });
    await until(() => ads.distribution(2)?.isComplete).toBe(true);
    expect(ads.distribution(2)).toMatchObject({
      revision: 2,
      away: [],
      proxies: [{ id: NODE, workload: "x", namespace: "default", state: "acked", ackMs: 42, refusals: [] }],
    });
    expect(ads.proxy(NODE)).toMatchObject({
      revision: 2,
      sync: { CDS: "SYNCED", EDS: "SYNCED", LDS: "SYNCED", RDS: "SYNCED" },
      lastRefusal: null,
      version: "1.40.0",
    });
    expect((ads.proxy(NODE)?.bytesSent ?? 0) - sentBefore).toBeLessThan(400);
    const text = renderMetrics(await ads.metrics.read());
    expect(text).toMatch(/^pilot_xds 1$/m);
    expect(text).toMatch(/^pilot_xds_pushes\{type="(rds|vhds)"\} [2-9]$/m);
    expect(text).toMatch(/^pilot_proxy_convergence_time_bucket\{le="0.025"\} 0$/m);
    expect(text).toMatch(/^pilot_proxy_convergence_time_bucket\{le="0.05"\} 1$/m);
    expect(text).not.toMatch(/^pilot_total_xds_rejects\{/m);
    const sizes = [...text.matchAll(/^pilot_xds_config_size_bytes_sum\{.*\} (\d+)$/gm)].map(([, sum]) => Number(sum));
    expect(sizes.reduce((sum, each) => sum + each)).toBe(ads.proxy(NODE)?.bytesSent);
  });

  test("moves from one cluster to a new one, the old taken away, and no request fails", async () => {
    const { layer, ads, port, b } = await start(isDelta);
    const answers: Answer[] = [];
    let isOver = false;
    const load = (async () => {
      while (!isOver) answers.push(await ask(port));
    })();
    ads.distribute(
      [
        layer.edit("CDS", { a: null, b: cluster("b") }),
        layer.edit("EDS", { a: null, b: endpoints("b", b) }),
        routing(isDelta, layer, { route: { cluster: "b" } }),
      ],
      2,
    );
    await until(() => answers.at(-1)?.body).toBe("b");
    await until(() => ads.distribution(2)?.isComplete).toBe(true);
    const seen = answers.length;
    await until(() => answers.length).toBeGreaterThan(seen + 20);
    isOver = true;
    await load;
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await envoy?.admin("/clusters?format=text")).not.toMatch(/^a::/m);
  });

  test("refuses a bad listener by name, keeps the good one, is not sent it again, and takes the next", async () => {
    const { layer, ads, events, port } = await start(isDelta);
    ads.distribute([layer.edit("LDS", { l: listener("l", port, "r", { http_filters: [CORS] }) })], 2);
    await until(() => ads.distribution(2)?.isComplete).toBe(true);
    const [refusal, ...more] = events.flatMap((event) => (event.kind === "nack" ? event.refusals : []));
    expect(more).toEqual([]);
    expect(refusal).toMatchObject({
      type: "LDS",
      resource: "l",
      origins: [{ resource: "VirtualService/default/l", path: "spec.http[0]" }],
    });
    // Whoever is told hears what may be told.
    const told = { resource: "l", message: expect.stringContaining("[hidden] filter") };
    expect(refusal).toMatchObject(told);
    expect(ads.refusals()).toMatchObject([told]);
    expect(ads.distribution(2)?.proxies).toMatchObject([{ state: "refused", refusals: [told] }]);
    expect(ads.proxy(NODE)).toMatchObject({ sync: { LDS: "ERROR" }, lastRefusal: told });
    expect(await ask(port)).toEqual({ status: 200, body: "a" });
    ads.distribute([layer.edit("LDS", { l: listener("l", port, "r", { server_name: "healed" }) })], 3);
    await until(() => ads.distribution(3)?.proxies[0]?.state).toBe("acked");
    expect(ads.proxy(NODE)).toMatchObject({ revision: 3, sync: { LDS: "SYNCED" }, lastRefusal: null });
    expect(events.filter(({ kind }) => kind === "nack")).toHaveLength(1);
    expect(renderMetrics(await ads.metrics.read())).toMatch(/^pilot_total_xds_rejects\{type="lds"\} 1$/m);
  });

  test("a listener whose port another process has is offered again until it can be had, and is no news meanwhile", async () => {
    const { layer, ads, events, port } = await start(isDelta);
    const holder = createTcpServer();
    const held = await hold(holder);
    ads.distribute([layer.edit("LDS", { late: listener("late", held, "r") })], 2);
    await until(() => ads.distribution(2)?.isComplete).toBe(true);
    const message = expect.stringContaining("Address already in use");
    expect(ads.proxy(NODE)).toMatchObject({
      sync: { LDS: "ERROR" },
      lastRefusal: { resource: "late", message, isOfferedAgain: true },
    });
    expect(ads.fleet(0)).toEqual({ total: 1, synced: 0, stale: 0, refused: 1, expiring: 0 });
    // Offered at least twice, and refused.
    const refusals = () => (envoy?.log.match(/listener\(s\) late: cannot bind/g) ?? []).length;
    await until(refusals).toBeGreaterThanOrEqual(3);
    expect(events.filter(({ kind }) => kind === "nack")).toHaveLength(1);
    expect(ads.proxy(NODE)?.refusals).toHaveLength(1);
    expect(await ask(port)).toEqual({ status: 200, body: "a" });
    await new Promise((done) => holder.close(done));
    await until(() => ask(held)).toEqual({ status: 200, body: "a" });
    await until(() => ads.proxy(NODE)).toMatchObject({ sync: { LDS: "SYNCED" }, lastRefusal: null, revision: 2 });
    expect(ads.distribution(2)?.proxies).toMatchObject([{ id: NODE, state: "acked", refusals: [] }]);
    expect(ads.fleet(0)).toMatchObject({ synced: 1, refused: 0 });
  });

  test("serves on while the server is away, and what it holds is not sent again when it is back", async () => {
    const { layer, ads, port, xdsPort, makeAds, serve } = await start(isDelta);
    await until(() => ads.proxy(NODE)?.revision).toBe(1);
    const first = ads.proxy(NODE)?.bytesSent ?? 0;
    await server?.close();
    await until(() => ads.proxies()).toMatchObject([{ connectedSince: null }]);
    expect(ads.fleet(0)).toEqual({ total: 1, synced: 0, stale: 0, refused: 0, expiring: 0 });
    expect(await ask(port)).toEqual({ status: 200, body: "a" });
    const again = makeAds();
    await serve(again, xdsPort);
    await until(() => again.proxy(NODE)?.revision).toBe(1);
    // Empty answers and their type names; state of the world knows no other way than to say it all.
    if (isDelta) expect(again.proxy(NODE)?.bytesSent).toBeLessThan(first / 2);
    again.distribute(
      [routing(isDelta, layer, { direct_response: { status: 200, body: { inline_string: "back" } } })],
      2,
    );
    await until(() => ask(port)).toEqual({ status: 200, body: "back" });
  });
});

test("a virtual host that comes later is pushed to a real Envoy, and one that goes is gone", async () => {
  const { layer, ads, port } = await start(true);
  ads.distribute(
    [
      layer.edit("VHDS", {
        "r/new": encodeResource(
          "VHDS",
          host("r/new", "new", { direct_response: { status: 200, body: { inline_string: "new" } } }),
        ),
        "r/app": null,
      }),
    ],
    2,
  );
  await until(() => ask(port)).toMatchObject({ status: 404 });
  await until(() => ads.distribution(2)?.proxies[0]?.state).toBe("acked");
  expect(await envoy?.admin("/config_dump?resource=dynamic_route_configs")).toContain('"new"');
});
