import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { connect } from "#cli/client/client.ts";
import { readPidFile } from "#mesh-agent/envoy/pid-file.ts";
import { freePort } from "#node/free-port.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { Relay } from "#testing/limits/relay.ts";
import { CountingApp } from "#testing/limits/skewed-load.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";
import { type Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const AGENT = resolve(import.meta.dirname, "../agent-process.ts");

const SERVICE = (name: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ name: http, number: 9080, protocol: HTTP }]
  workloadSelector: { labels: { app: ${name} } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: default }
spec: { metadata: { labels: { app: ${name} } }, template: { serviceAccount: ${name} } }
`;

interface Member {
  /** Where its Envoy takes requests. */
  readonly port: number;
  readonly dir: string;
  process: ChildProcess;
}

/** A control plane and agents of one service, each with its Envoy: every one a process of its own, to be killed and started again. */
export class LimitFleet {
  readonly app: CountingApp;
  readonly members: readonly Member[];
  /** Between the first agent and the control plane. */
  readonly relay: Relay;
  readonly #serve: Serve;

  private constructor(app: CountingApp, members: readonly Member[], relay: Relay, serve: Serve) {
    this.app = app;
    this.members = members;
    this.relay = relay;
    this.#serve = serve;
  }

  /** The first so many are of `app: api`, which `limits` are of; the others of `app: free`. */
  static async open(cleanup: Cleanup, size: number, limits: string, limited = size): Promise<LimitFleet> {
    const dir = temporaryDir(cleanup);
    const xdsPort = await freePort();
    const serve = await startServe({ dir, args: ["--xds-port", String(xdsPort)] });
    cleanup.add(() => serve.stop());
    const relay = new Relay(xdsPort);
    const relayPort = await relay.listen();
    cleanup.add(() => relay.close());
    const app = new CountingApp();
    await app.listen();
    cleanup.add(() => app.close());
    const api = connect({ dir });
    const { diagnostics } = await api.config.applyChanges.mutate({
      changes: [{ op: "upsert", text: [SERVICE("api"), SERVICE("free"), limits].join("---") }],
    });
    if (diagnostics.some(({ severity }) => severity === "error")) throw new Error(JSON.stringify(diagnostics));
    const envoy = await findTestEnvoy();
    const members: Member[] = [];
    for (let index = 0; index < size; index += 1) {
      const port = await freePort();
      const group = index < limited ? "api" : "free";
      const { token } = await api.identity.createJoinToken.mutate({
        ...{ namespace: "default", serviceAccount: group, group, ttlSeconds: 3600 },
        server: `127.0.0.1:${xdsPort}`,
      });
      const own = temporaryDir(cleanup);
      const config = {
        ...{ dir: own, token, envoy, group, serviceAccount: group, name: `${group}-${index}`, adminPort: 0 },
        ...{ server: `127.0.0.1:${index === 0 ? relayPort : xdsPort}`, drainSeconds: 1, concurrency: 1 },
        ports: [{ name: "http", appPort: app.port, inboundPort: port }],
      };
      const member = { port, dir: own, process: startAgent(own, config) };
      members.push(member);
      cleanup.add(async () => {
        await kill(member.process);
      });
    }
    const fleet = new LimitFleet(app, members, relay, serve);
    await fleet.ready(members.slice(0, limited));
    return fleet;
  }

  /** Resolves when each of these admits or refuses requests by its limits. */
  async ready(members: readonly Member[]): Promise<void> {
    for (const { port, dir } of members)
      await eventually(`the proxy of ${dir} knows its limits`, async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) });
        await answer.text();
        return answer.headers.has("ratelimit-policy") ? true : undefined;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${readFileSync(join(dir, "agent.log"), "utf8").slice(-3000)}`);
      });
  }

  async killAgent(index: number): Promise<void> {
    const member = this.members[index];
    if (member !== undefined) await kill(member.process);
  }

  /** Its agent starts another. */
  killEnvoy(index: number): void {
    const envoy = readPidFile(join(this.members[index]?.dir ?? "", "envoy.pid"));
    if (envoy !== undefined) process.kill(envoy.pid, "SIGKILL");
  }

  startAgent(index: number): void {
    const member = this.members[index];
    if (member !== undefined)
      member.process = startAgent(member.dir, JSON.parse(member.process.spawnargs.at(-1) ?? ""));
  }

  get dir(): string {
    return this.#serve.dir;
  }

  killOwner(): Promise<void> {
    return this.#serve.kill();
  }

  startOwner(): Promise<void> {
    return this.#serve.restart();
  }
}

function startAgent(dir: string, config: object): ChildProcess {
  const child = spawn(process.execPath, [AGENT, JSON.stringify(config)], { stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(join(dir, "agent.log"), { flags: "a" });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await ended;
}
