import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { joinHostPort } from "#core/host/join-host-port.ts";
import type { AgentConfigInput } from "#mesh-agent/config.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { type Host, makeHosts } from "#testing/namespaces.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";
import { type Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const AGENT = resolve(import.meta.dirname, "agent-process.ts");

/** A process on a host. */
export interface Running {
  readonly process: ChildProcess;
  readonly said: () => string;
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a command on a host; it is ended with the test. */
export function startOn(cleanup: Cleanup, host: Host, command: string, args: readonly string[]): Running {
  const child = spawn(host.enter[0], [...host.enter.slice(1), command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (text += part.toString()));
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const end = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  cleanup.add(() => end("SIGKILL"));
  return { process: child, said: () => text, end };
}

/** A control plane on the first of several hosts; the others are for agents. */
export class CapturedMesh {
  readonly hosts: readonly Host[];
  readonly #serve: Serve;
  /** The control plane's; nobody captures what is done there. */
  readonly plane: Host;
  readonly #cleanup: Cleanup;
  readonly #envoy: string;

  private constructor(cleanup: Cleanup, [plane, ...hosts]: readonly [Host, ...Host[]], serve: Serve, envoy: string) {
    this.#cleanup = cleanup;
    this.plane = plane;
    this.hosts = hosts;
    this.#serve = serve;
    this.#envoy = envoy;
  }

  static async open(cleanup: Cleanup, hostCount: number): Promise<CapturedMesh> {
    const hosts = await makeHosts(cleanup, hostCount + 1);
    const dir = temporaryDir(cleanup);
    // All addresses of the host, of both families.
    const args = ["--host", "::"];
    const serve = await startServe({ dir, enter: hosts[0].enter, args });
    cleanup.add(() => serve.stop());
    return new CapturedMesh(cleanup, hosts, serve, await findTestEnvoy());
  }

  /** Where the control plane answers at `/healthz`. */
  get url(): string {
    return `http://${this.plane.address}:${new URL(this.#serve.url).port}`;
  }

  /** What `pharos ARGS` printed, beside the control plane. */
  async pharos(args: readonly string[], input = ""): Promise<string> {
    return this.pharosOn(this.plane, args, input);
  }

  /** The same on another host. */
  async pharosOn(host: Host, args: readonly string[], input = ""): Promise<string> {
    const { code, stdout, stderr } = await runPharos(this.#serve.dir, args, input, host.enter);
    if (code !== 0) throw new Error(`pharos ${args.join(" ")}: ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** For a host that reaches the control plane at `address`. */
  async makeToken(group: string, address = this.plane.address): Promise<string> {
    const { xds } = JSON.parse(readFileSync(join(this.#serve.dir, "server.json"), "utf8")) as { xds: string };
    const server = joinHostPort(address, Number(xds.split(":").at(-1)));
    const args = ["token", "create", "--service-account", group, "--group", group, "--xds", server, "-o", "json"];
    return (JSON.parse(await this.pharos(args)) as { token: string }).token;
  }

  /** Resolves when it has said `said`: that its rules are in place. A directory that has been used needs no token. */
  async startAgent(
    host: Host,
    group: string,
    config: Partial<AgentConfigInput> & { dir: string },
    said = "traffic is captured",
  ): Promise<Running> {
    mkdirSync(config.dir, { recursive: true, mode: 0o700 });
    const settings = {
      name: `${group}-0`,
      envoy: this.#envoy,
      adminPort: 15_020,
      drainSeconds: 1,
      capture: {},
      ...config,
    };
    const agent = startOn(this.#cleanup, host, process.execPath, [AGENT, JSON.stringify(settings)]);
    await eventually(`the agent of ${group} says: ${said}`, async () => {
      if (agent.process.exitCode !== null) throw new Error(agent.said());
      return agent.said().includes(said) ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${agent.said()}`);
    });
    return agent;
  }

  directory(): string {
    return temporaryDir(this.#cleanup);
  }
}
