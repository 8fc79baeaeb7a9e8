import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentConfigInput, parseAgentConfig } from "#mesh-agent/config.ts";
import { processStart } from "#mesh-agent/envoy/process-start.ts";
import { runAgent } from "#mesh-agent/main.ts";
import { loggerTo } from "#testing/loggers.ts";

/** Makes every resource it opens go away again, newest first. */
export class Cleanup {
  readonly #undo: (() => unknown)[] = [];

  add(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** All of it, also where one of them fails: nothing is left to the next test. Throws what failed first. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

export function temporaryDir(cleanup: Cleanup): string {
  const dir = mkdtempSync(join(tmpdir(), "pharos-agent-"));
  cleanup.add(() => rmSync(dir, { recursive: true, force: true }));
  // Whatever a test did to the agent: its Envoy does not outlive the test.
  cleanup.add(() => killEnvoy(dir));
  return dir;
}

export function envoyPid(dir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(dir, "envoy.pid"), "utf8"), 10);
    return processStart(pid) === undefined ? undefined : pid;
  } catch {
    return undefined;
  }
}

export function killEnvoy(dir: string): number | undefined {
  const pid = envoyPid(dir);
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  return pid;
}

export interface RunningAgent {
  /** Asks it to stop, as SIGTERM does; resolves when it has. */
  stop(): Promise<void>;
  readonly log: string[];
  readonly failed: Promise<unknown>;
}

export function startAgent(cleanup: Cleanup, config: Partial<AgentConfigInput> & { dir: string }): RunningAgent {
  const stop = new AbortController();
  const log: string[] = [];
  const parsed = parseAgentConfig({
    name: "reviews-v1-0",
    serviceAccount: "reviews",
    adminPort: 0,
    drainSeconds: 3,
    ...config,
  });
  const running = runAgent(
    parsed,
    { stop: stop.signal },
    loggerTo((level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`)),
  );
  const settled = running.catch(() => undefined);
  cleanup.add(() => {
    stop.abort();
    return settled;
  });
  return {
    log,
    stop: () => {
      stop.abort();
      return running;
    },
    failed: running.then(
      () => undefined,
      (error: unknown) => error,
    ),
  };
}

/** An application that answers "app". */
export async function startApp(cleanup: Cleanup): Promise<number> {
  const server: Server = createServer((_, response) => response.end("app"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`${what}: not within ${timeoutMs} ms${last === undefined ? "" : ` (last: ${String(last)})`}`);
}

/** The body at a port of this host; undefined when nobody answers. */
export async function fetchText(port: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) });
    return await answer.text();
  } catch {
    return undefined;
  }
}
