import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AnyResource } from "#core/resource/resource.ts";
import { freePort } from "#node/free-port.ts";
import { type ApiClient, connect } from "../cli/client/client.ts";
import serverProcess from "../programs/server-process.json" with { type: "json" };

/** Another version's program may be measured in its place. */
const MAIN = process.env.PHAROS_BENCH_PROGRAM ?? resolve(import.meta.dirname, "../dist/pharos.js");
const READY_WITHIN_MS = 60_000;
/** The API takes documents of up to a megabyte. */
const RESOURCES_A_DOCUMENT = 500;
/** So many are read at once. */
const RESOURCES_AT_ONCE = 10_000;

/** `pharos serve` in a process and a directory of its own. */
export interface PharosServer {
  readonly pid: number;
  readonly api: ApiClient;
  /** Where it was put, for files beside its own. */
  readonly dir: string;
  /** What it keeps. */
  readonly data: string;
  readonly xdsPort: number;
  apply(resources: readonly AnyResource[]): void;
  /** Ends it as an operator does; its files stay until `remove`. */
  end(): Promise<void>;
  /** Kills it and takes its files away. */
  remove(): void;
}

/** Runs the program's other verbs; answers what they print. */
export function runPharos(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`pharos ${args[0]} failed: ${stderr}`);
  return stdout;
}

export async function startPharosServer(name: string, flags: readonly string[] = []): Promise<PharosServer> {
  const dir = mkdtempSync(join(tmpdir(), `pharos-bench-${name}-`));
  const [port, xdsPort] = [await freePort(), await freePort()];
  const data = join(dir, "server");
  const ports = ["--port", String(port), "--xds-port", String(xdsPort), "--otlp-grpc", "off", "--otlp-http", "off"];
  const child = spawn(
    process.execPath,
    [...serverProcess.nodeFlags, MAIN, "serve", "--dir", data, ...ports, "--no-console", ...flags],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...serverProcess.env } },
  );
  const ended = once(child, "exit");
  const remove = (): void => {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await waitUntilReady("pharos serve", `http://127.0.0.1:${port}/readyz`, child);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    api: connect({ dir: data }),
    dir,
    data,
    xdsPort,
    apply: (resources) => apply(resources, dir, data),
    async end() {
      child.kill("SIGTERM");
      await ended;
    },
    remove,
  };
}

function apply(resources: readonly AnyResource[], dir: string, data: string): void {
  for (let from = 0; from < resources.length; from += RESOURCES_AT_ONCE) {
    const config = join(dir, `config-${from}`);
    mkdirSync(config);
    const part = resources.slice(from, from + RESOURCES_AT_ONCE);
    for (let at = 0; at < part.length; at += RESOURCES_A_DOCUMENT)
      writeFileSync(
        join(config, `${at}.yaml`),
        part
          .slice(at, at + RESOURCES_A_DOCUMENT)
          .map((resource) => JSON.stringify(resource))
          .join("\n---\n"),
      );
    runPharos("apply", "-f", config, "--dir", data);
  }
}

/** Polls `url` until it answers well, with a text that `isReady`. */
export async function waitUntilReady(
  name: string,
  url: string,
  child: ChildProcess,
  isReady: (text: string) => boolean = () => true,
): Promise<void> {
  const untilMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < untilMs) {
    if (child.exitCode !== null) throw new Error(`${name} ended; what it said is above`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true && isReady(await answer.text())) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} is not ready after ${READY_WITHIN_MS} ms`);
}
