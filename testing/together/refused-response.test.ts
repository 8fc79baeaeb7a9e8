import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import { GrpcServer } from "#grpc/server.ts";
import type { UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { RelayServer } from "#mesh-agent/xds/relay-server.ts";
import { AdsServer } from "#server/xds/ads-server.ts";
import {
  cluster,
  encodeResource,
  endpoints,
  endpointsTooLong,
  host,
  listener,
  routes,
} from "#server/xds/testing/envoy-resources.ts";
import { RunningEnvoy } from "#server/xds/testing/run-envoy.ts";
import { StaticLayer } from "#server/xds/testing/static-layer.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { silentLogger } from "#testing/loggers.ts";

const NODE = "sidecar~127.0.0.1~x.default~default.svc.cluster.local";
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];
const until = <T>(read: () => T | Promise<T>) => expect.poll(read, { interval: 20 });
const log = silentLogger;

let envoyPath: string;
let dir: string;
let undo: (() => unknown)[];

beforeAll(async () => {
  envoyPath = await findTestEnvoy();
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-refused-"));
  undo = [];
});
afterEach(async () => {
  for (const each of undo.reverse()) await each();
  rmSync(dir, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  undo.push(() => server.close());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

function ask(port: number, name: string): Promise<string> {
  return new Promise((done) => {
    get({ host: "127.0.0.1", port, headers: { host: name }, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => done(response.statusCode === 200 ? body : String(response.statusCode)));
    }).on("error", () => done("-"));
  });
}

/** What each of the names answers. */
const askAll = async (port: number) =>
  Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, await ask(port, name)] as const)));

/** A control plane over one layer, as often as it is started. */
class ControlPlane {
  readonly layer: StaticLayer;
  ads: AdsServer;
  #server: GrpcServer | undefined;
  #port = 0;
  #revision = 1;

  constructor(layer: StaticLayer) {
    this.layer = layer;
    this.ads = this.#make();
  }

  async start(): Promise<number> {
    this.ads = this.#make();
    this.#server = new GrpcServer({ methods: this.ads.methods() });
    this.#port = await this.#server.listen({ host: "127.0.0.1", port: this.#port });
    return this.#port;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  edit(type: XdsType, changes: Record<string, Uint8Array | null>): void {
    this.ads.distribute([this.layer.edit(type, changes)], ++this.#revision);
  }

  #make(): AdsServer {
    return new AdsServer({
      source: { open: () => ({ layers: [this.layer] }), close: () => undefined },
      authorize: (node) => ({ node, spiffeId: null, isRegistered: false }),
      onEvent: () => undefined,
      revision: this.#revision,
    });
  }
}

interface Agent {
  readonly socket: string;
  readonly cache: DiskCache;
  /** Finds the control plane again. */
  dial(): Promise<void>;
  stop(): Promise<void>;
}

/** An agent's relay, with its last good configuration in a file of its name. */
async function startAgent(xdsPort: number, name: string): Promise<Agent> {
  const cache = DiskCache.open(join(dir, `${name}.db`), log);
  const listeners: ((state: UplinkState) => void)[] = [];
  const uplink = {
    state: { kind: "connecting" } as UplinkState,
    onChange: (tell: (state: UplinkState) => void) => {
      listeners.push(tell);
      return () => true;
    },
  };
  const dial = async () => {
    if (uplink.state.kind === "up") uplink.state.client.close();
    uplink.state = { kind: "up", client: await connectGrpc({ address: `127.0.0.1:${xdsPort}` }) };
    for (const tell of listeners) tell(uplink.state);
  };
  const node = () => ({ id: NODE, cluster: "x", metadata: {} });
  const relay = new RelayServer({ uplink, cache, node, log });
  const socket = join(dir, `${name}.sock`);
  rmSync(socket, { force: true });
  await dial();
  await relay.listen(socket);
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    if (uplink.state.kind === "up") uplink.state.client.close();
    await relay.close();
    cache.close();
  };
  undo.push(stop);
  return { socket, cache, dial, stop };
}

function startEnvoy(socket: string, name: string): RunningEnvoy {
  const own = join(dir, name);
  mkdirSync(own, { recursive: true });
  const envoy = new RunningEnvoy({ envoy: envoyPath, dir: own, xdsPort: socket, isDelta: true, nodeId: NODE });
  undo.push(() => envoy.stop());
  return envoy;
}

/** What Envoy holds of a type, by name; of endpoints only the names of clusters that have any. */
async function heldBy(envoy: RunningEnvoy, type: XdsType): Promise<string[]> {
  const dump = async (resource: string) =>
    (JSON.parse(await envoy.admin(`/config_dump?resource=${resource}`)) as { configs?: Dumped[] }).configs ?? [];
  switch (type) {
    case "CDS":
      return (await dump("dynamic_active_clusters")).map((each) => each.cluster?.name ?? "").sort();
    case "LDS":
      return (await dump("dynamic_listeners"))
        .flatMap((each) => (each.active_state === undefined ? [] : (each.name ?? "")))
        .sort();
    case "RDS":
      return (await dump("dynamic_route_configs")).map((each) => each.route_config?.name ?? "").sort();
    case "VHDS":
      return (await dump("dynamic_route_configs"))
        .flatMap((each) => (each.route_config?.virtual_hosts ?? []).map(({ name }) => name))
        .filter((name) => name.startsWith("r/"))
        .sort();
    default: {
      const { cluster_statuses: all } = JSON.parse(await envoy.admin("/clusters?format=json")) as {
        cluster_statuses: { name: string; host_statuses?: unknown[] }[];
      };
      return all
        .flatMap(({ name, host_statuses: hosts }) => (name === "xds" || hosts === undefined ? [] : [name]))
        .sort();
    }
  }
}

interface Dumped {
  readonly name?: string;
  readonly active_state?: unknown;
  readonly cluster?: { readonly name: string };
  readonly route_config?: { readonly name: string; readonly virtual_hosts?: { readonly name: string }[] };
}

const BAD_REGEX = { regex_rewrite: { pattern: { google_re2: {}, regex: "(" }, substitution: "x" } };
const CORS = {
  name: "envoy.filters.http.cors",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors" },
};

/** Of these a cluster that looks up one name takes one. */
const LOCAL = { endpoint: { address: { socket_address: { address: "localhost", port_value: 1 } } } };

interface Case {
  readonly what: string;
  readonly type: XdsType;
  readonly name: string;
  readonly bad: (port: number) => Uint8Array;
  readonly good: (port: number) => Uint8Array;
}

const cases: readonly Case[] = [
  { what: "endpoints", type: "EDS", name: "d", bad: () => endpointsTooLong("d"), good: (port) => endpoints("d", port) },
  {
    what: "endpoints against the rules of their proto",
    type: "EDS",
    name: "d",
    bad: () => encodeResource("EDS", { cluster_name: "d", endpoints: [{ priority: 500 }] }),
    good: (port) => endpoints("d", port),
  },
  {
    what: "a cluster",
    type: "CDS",
    name: "d",
    bad: () =>
      cluster("d", {
        type: "LOGICAL_DNS",
        eds_cluster_config: null,
        load_assignment: { cluster_name: "d", endpoints: [{ lb_endpoints: [LOCAL, LOCAL] }] },
      }),
    good: () => cluster("d", { connect_timeout: "3s" }),
  },
  {
    what: "a cluster against the rules of its proto",
    type: "CDS",
    name: "d",
    bad: () => cluster("d", { connect_timeout: "0s" }),
    good: () => cluster("d", { connect_timeout: "3s" }),
  },
  {
    what: "a listener",
    type: "LDS",
    name: "l-d",
    bad: () => listener("l-d", 0, "r", { http_filters: [CORS] }),
    good: () => listener("l-d", 0, "r"),
  },
  {
    what: "a virtual host",
    type: "VHDS",
    name: "r/d",
    bad: () => encodeResource("VHDS", host("r/d", "d", { route: { cluster: "d", ...BAD_REGEX } })),
    good: () => encodeResource("VHDS", host("r/d", "d", { route: { cluster: "d" } })),
  },
  {
    what: "a route configuration",
    type: "RDS",
    name: "r-d",
    bad: () => routes("r-d", [host("x", "x", { route: { cluster: "a", ...BAD_REGEX } })]),
    good: () => routes("r-d", [host("x", "x", { route: { cluster: "a" } })]),
  },
];

describe.each(cases)("$what that Envoy refuses", ({ type, name, bad, good }) => {
  test("takes nothing else away: not in the same response, not from an Envoy, agent or server that starts; and taking it away heals", async () => {
    const app = await listen(createServer((_, response) => response.end("one")));
    const other = await listen(createServer((_, response) => response.end("two")));
    const probe = createServer();
    const port = await listen(probe);
    await new Promise((done) => probe.close(done));
    const all = <T>(make: (each: string) => T) => Object.fromEntries(NAMES.map((each) => [each, make(each)]));
    const layer = new StaticLayer("outbound/default", {
      CDS: all((each) => cluster(each)),
      EDS: all((each) => endpoints(each, app)),
      LDS: { l: listener("l", port, "r"), "l-d": listener("l-d", 0, "r-d"), "l-e": listener("l-e", 0, "r-e") },
      RDS: {
        r: routes("r"),
        "r-d": routes("r-d", [host("y", "y", { route: { cluster: "a" } })]),
        "r-e": routes("r-e", []),
      },
      VHDS: Object.fromEntries(
        NAMES.map((each) => [
          `r/${each}`,
          encodeResource("VHDS", host(`r/${each}`, each, { route: { cluster: each } })),
        ]),
      ),
    });
    const server = new ControlPlane(layer);
    const xdsPort = await server.start();
    undo.push(() => server.stop());
    let agent = await startAgent(xdsPort, "agent");
    let envoy = startEnvoy(agent.socket, "envoy");
    await until(() => askAll(port)).toEqual(all(() => "one"));
    const before = await heldBy(envoy, type);

    // In one response with changes to all others.
    const changes: Record<string, Uint8Array> =
      type === "EDS"
        ? all((each) => endpoints(each, other))
        : type === "CDS"
          ? { ...all((each) => cluster(each, { connect_timeout: "2s" })) }
          : type === "LDS"
            ? {
                l: listener("l", port, "r", { server_name: "two" }),
                "l-e": listener("l-e", 0, "r-e", { server_name: "two" }),
              }
            : type === "RDS"
              ? { "r-e": routes("r-e", [host("z", "z", { route: { cluster: "a" } })]) }
              : Object.fromEntries(
                  NAMES.map((each) => [
                    `r/${each}`,
                    encodeResource(
                      "VHDS",
                      host(`r/${each}`, each, { direct_response: { status: 200, body: { inline_string: "two" } } }),
                    ),
                  ]),
                );
    const others = NAMES.filter((each) => each !== "d");
    const isVisible = type === "EDS" || type === "VHDS";
    const expectedOf = (each: string) => (isVisible && each !== "d" ? "two" : "one");
    const expectRefused = async () => {
      await until(() => server.ads.proxy(NODE)?.lastRefusal).toMatchObject({ type, resource: name });
      await until(() => server.ads.proxy(NODE)?.sync).toMatchObject({ [type]: "ERROR" });
    };
    server.edit(type, { ...changes, [name]: bad(app) });
    await until(() => askAll(port)).toEqual(all(expectedOf));
    await expectRefused();
    expect(await heldBy(envoy, type)).toEqual(before);

    // An Envoy that starts, and one on a host that never was here: only the culprit may be missing.
    await envoy.stop();
    envoy = startEnvoy(agent.socket, "envoy");
    await until(() => askAll(port)).toEqual(all(expectedOf));
    await expectRefused();
    await envoy.stop();
    await agent.stop();
    const fresh = await startAgent(xdsPort, "fresh");
    const elsewhere = startEnvoy(fresh.socket, "elsewhere");
    await until(async () => {
      const answers = await askAll(port);
      return others.map((each) => answers[each]);
    }).toEqual(others.map(expectedOf));
    await expectRefused();
    const without = before.filter((each) => each !== name);
    await until(() => heldBy(elsewhere, type)).toEqual(without);
    await until(() =>
      fresh.cache
        .list(TYPE_URLS[type])
        .map((each) => each.name)
        .sort(),
    ).toEqual(without);
    await elsewhere.stop();
    await fresh.stop();

    // Agent and server that start again beside a running Envoy, and an Envoy that starts while the server is away.
    agent = await startAgent(xdsPort, "agent");
    envoy = startEnvoy(agent.socket, "envoy");
    await until(() => askAll(port)).toEqual(all(expectedOf));
    await agent.stop();
    agent = await startAgent(xdsPort, "agent");
    await expectRefused();
    expect(await askAll(port)).toEqual(all(expectedOf));
    await server.stop();
    await server.start();
    await agent.dial();
    await expectRefused();
    expect(await askAll(port)).toEqual(all(expectedOf));
    expect(await heldBy(envoy, type)).toEqual(before);

    server.edit(type, { [name]: good(other) });
    await until(() => server.ads.proxy(NODE)?.sync).toMatchObject({ [type]: "SYNCED" });
    expect(server.ads.proxy(NODE)?.lastRefusal).toBeNull();
    await until(() => ask(port, "d")).toBe(type === "EDS" ? "two" : "one");
  }, 240_000);
});
