import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { PharosError } from "#core/errors.ts";
import { findEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import {
  agentProcess,
  applySamples,
  appProcess,
  createTokens,
  type DemoPlace,
  portNames,
} from "#programs/demo/mesh.ts";
import { DEMO_WORKLOADS } from "#programs/demo/plan.ts";
import { choosePorts, preferPort, requireFree } from "#programs/demo/ports.ts";
import { findPython } from "#programs/demo/python.ts";
import { envoyPids, writeState } from "#programs/demo/state.ts";
import { endLeftovers } from "#programs/demo/stop.ts";
import { Supervisor } from "#programs/demo/supervisor.ts";
import serverProcess from "#programs/server-process.json" with { type: "json" };

export interface DemoOptions {
  readonly dir: string;
  readonly root: string;
  /** This program's own file, which the server and the agents are started from. */
  readonly program: string;
  readonly port: number;
  /** Undefined: the usual one, or another where that is taken. */
  readonly xdsPort: number | undefined;
  readonly gatewayPort: number | undefined;
  /** Requests a second; 0: no load generator. */
  readonly rate: number;
  /** How long a killed server stays down before it is started again. */
  readonly serverRestartSeconds: number;
  readonly certTtl: string | undefined;
  /** Percent of requests that are traced. */
  readonly traceSampling: number;
}

/** What the graph must show, measured, before the demo calls itself live. */
const EXPECTED = [
  ["istio-ingressgateway", "productpage"],
  ["productpage", "details"],
  ["productpage", "reviews"],
] as const;

async function until<T>(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    signal.throwIfAborted();
    const found = await probe().catch((error: unknown) => {
      // What the probe itself understood is final; what it could not reach may still come.
      if (error instanceof PharosError) throw error;
      last = error;
      return undefined;
    });
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new PharosError(
        "timeout",
        `${what} did not come within ${timeoutMs / 1000} s${last === undefined ? "" : ` (${String(last)})`}`,
      );
    await delay(100, undefined, { signal });
  }
}

/** The last thing a log says, for an error that sends people there. */
function lastLine(file: string): string {
  const text = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : "";
  return text.slice(text.lastIndexOf("\n") + 1).slice(0, 500) || `${file} is empty`;
}

async function isLive(api: ApiClient): Promise<true | undefined> {
  const graph = await api.topology.graph.query({ view: "workload", seconds: 60 });
  const byId = new Map(graph.nodes.map((node) => [node.id, node.workload ?? node.name]));
  const has = ([source, target]: readonly [string, string]): boolean =>
    graph.edges.some(
      (edge) =>
        byId.get(edge.source)?.startsWith(source) &&
        byId.get(edge.target)?.startsWith(target) &&
        edge.requestsPerSecond > 0,
    );
  return EXPECTED.every(has) ? true : undefined;
}

async function choosePort(
  asked: number | undefined,
  usual: number,
  flag: string,
  what: string,
  say: (line: string) => void,
): Promise<number> {
  if (asked !== undefined) {
    await requireFree(asked, flag, what);
    return asked;
  }
  const port = await preferPort(usual);
  if (port !== usual) say(`  port ${usual} is taken: ${what} on ${port} (${flag} chooses)`);
  return port;
}

/** Runs the demo until `signal`, then stops what it started in order. `say` hears the progress. */
export async function runDemo(options: DemoOptions, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const { dir, root } = options;
  for (const child of ["logs", "agents", "server"]) mkdirSync(join(dir, child), { recursive: true, mode: 0o700 });
  await requireFree(options.port, "--port", "the console");
  const xdsPort = await choosePort(options.xdsPort, 15_012, "--xds-port", "xDS and certificates", say);
  const gatewayPort = await choosePort(options.gatewayPort, 18_080, "--gateway-port", "the ingress gateway", say);
  const python = findPython();
  const { path: envoy } = await findEnvoy({ configured: undefined, env: process.env, root });
  const ports = await choosePorts(DEMO_WORKLOADS.flatMap(portNames), join(dir, "ports.json"));
  const place: DemoPlace = { dir, root, node: process.execPath, program: options.program, python, envoy, ports };
  const urls = { console: `http://127.0.0.1:${options.port}`, gateway: `http://127.0.0.1:${gatewayPort}` };
  const server = `127.0.0.1:${xdsPort}`;

  let live = false;
  const save = (): void =>
    writeState(dir, { ...urls, pids: { supervisor: process.pid, ...supervisor.pids(), ...envoyPids(dir) }, live });
  const supervisor = new Supervisor(() => save());
  const refresh = setInterval(save, 1000);
  const startLoad = (): void =>
    supervisor.start({
      name: "load",
      command: place.node,
      args: [
        "samples/bookinfo/load.ts",
        "--url",
        `${urls.gateway}/productpage`,
        "--rate",
        String(options.rate),
        "--out",
        join(dir, "load.json"),
      ],
      env: { PHAROS_DEMO_DIR: dir },
      cwd: root,
      logFile: join(dir, "logs/load.log"),
      restartAfterMs: 1000,
    });
  try {
    supervisor.start({
      name: "server",
      command: place.node,
      args: [
        ...serverProcess.nodeFlags,
        place.program,
        "serve",
        ...[
          "--dir",
          join(dir, "server"),
          "--port",
          String(options.port),
          "--xds-port",
          String(xdsPort),
          "--trace-sampling",
          String(options.traceSampling),
          "--demo-sign-in",
        ],
        ...(options.certTtl === undefined ? [] : ["--cert-ttl", options.certTtl]),
      ],
      env: { ...serverProcess.env, PHAROS_DEMO_DIR: dir, NODE_ENV: "production" },
      cwd: root,
      logFile: join(dir, "logs/server.log"),
      restartAfterMs: options.serverRestartSeconds * 1000,
    });
    for (const workload of DEMO_WORKLOADS) {
      const app = appProcess(place, workload);
      if (app !== undefined) supervisor.start(app);
    }
    await until("the control plane", 60_000, signal, async () => {
      if (supervisor.deaths("server") > 0)
        throw new PharosError("unavailable", "the control plane ended", {
          hint: lastLine(join(dir, "logs/server.log")),
        });
      return (await fetch(`${urls.console}/readyz`)).ok ? true : undefined;
    });
    say(`✓ control plane and console at ${urls.console}`);
    const api = connect({ dir: join(dir, "server") });
    await applySamples(api, root);
    say("✓ services, mTLS and routing applied");
    const tokens = await createTokens(api, server);
    for (const workload of DEMO_WORKLOADS) {
      supervisor.start(agentProcess(place, workload, tokens.get(workload.group) ?? "", server, gatewayPort));
    }
    await Promise.all(
      DEMO_WORKLOADS.map(({ group }) =>
        until(`agent ${group}`, 90_000, signal, async () =>
          (await fetch(`http://127.0.0.1:${ports[`${group}.admin`]}/readyz`)).ok ? true : undefined,
        ).catch((error: unknown) => {
          throw new PharosError(PharosError.from(error).code, PharosError.from(error).message, {
            hint: `its log ends with: ${lastLine(join(dir, "logs", `${group}.agent.log`))}`,
          });
        }),
      ),
    );
    say(`✓ ${DEMO_WORKLOADS.length} agents joined, each with its Envoy`);
    await until("the product page", 60_000, signal, async () => {
      const response = await fetch(`${urls.gateway}/productpage`);
      await response.arrayBuffer();
      return response.ok && !response.headers.has("x-degraded") ? true : undefined;
    });
    if (options.rate > 0) {
      startLoad();
      say(`✓ ${options.rate} requests/s through the gateway at ${urls.gateway}/productpage`);
      await until("measured traffic", 60_000, signal, () => isLive(api));
    }
    live = true;
    save();
    say(`\n  Pharos is live: ${urls.console}\n`);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  } finally {
    clearInterval(refresh);
    say("… stopping");
    await supervisor.stop("load", 10_000);
    await Promise.all(DEMO_WORKLOADS.map(({ group }) => supervisor.stop(`${group}.agent`, 30_000)));
    await Promise.all(DEMO_WORKLOADS.map(({ group }) => supervisor.stop(`${group}.app`, 5000)));
    await supervisor.stop("server", 15_000);
    await endLeftovers(dir, [process.pid]);
    say("✓ stopped");
  }
}
