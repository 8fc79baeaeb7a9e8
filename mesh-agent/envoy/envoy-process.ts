import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { processStart } from "#mesh-agent/envoy/process-start.ts";

const POLL_MS = 100;

/** One Envoy that runs, whether this agent started it or an earlier one did. */
export interface EnvoyProcess {
  readonly pid: number;
  readonly start: string;
  readonly isAdopted: boolean;
  /** Resolves when it has ended, with what is known of why. */
  readonly ended: Promise<string>;
}

export interface EnvoyCommand {
  readonly path: string;
  readonly args: readonly string[];
  /** Beside the agent's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes what it prints. */
  readonly logFile: string;
}

/** Starts it in a session of its own: it outlives the agent. */
export function spawnEnvoy({ path, args, environment, logFile }: EnvoyCommand): EnvoyProcess {
  const log = openLog(logFile);
  try {
    const child = spawn(path, args, {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...environment },
    });
    const ended = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
      child.once("error", (error) => resolve(error.message));
    });
    child.unref();
    if (child.pid === undefined) throw new PharosError("unavailable", `cannot start ${path}`);
    // One that has ended already has no start any more: nothing matches "ended".
    return { pid: child.pid, start: processStart(child.pid) ?? "ended", isAdopted: false, ended };
  } finally {
    closeSync(log);
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, "a", 0o600);
  } catch (cause) {
    throw new PharosError("unavailable", `cannot open ${file} for what envoy says: ${(cause as Error).message}`, {
      hint: "make room, or give the file back to the user that the agent runs as",
      cause,
    });
  }
}

/** Takes back a process that is not ours to wait for: it is looked at ten times a second. */
export function adoptEnvoy(pid: number, start: string): EnvoyProcess {
  return { pid, start, isAdopted: true, ended: watch(pid, start) };
}

async function watch(pid: number, start: string): Promise<string> {
  while (processStart(pid) === start) await delay(POLL_MS, undefined, { ref: false });
  return "it is gone";
}

/** SIGTERM, and SIGKILL after `graceMs`; resolves when it has ended. */
export async function endEnvoy(envoy: EnvoyProcess, graceMs: number): Promise<void> {
  send(envoy, "SIGTERM");
  const timer = setTimeout(() => send(envoy, "SIGKILL"), graceMs);
  await envoy.ended;
  clearTimeout(timer);
}

function send({ pid, start }: EnvoyProcess, signal: NodeJS.Signals): void {
  if (processStart(pid) !== start) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}
