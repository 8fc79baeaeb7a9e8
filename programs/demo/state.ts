import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeFileDurably } from "#node/write-file-durably.ts";

/** What DIR/demo.json says. */
export interface DemoState {
  readonly console: string;
  readonly gateway: string;
  /** "supervisor", "server", "load", and per workload "NAME.app", "NAME.agent", "NAME.envoy". */
  readonly pids: Readonly<Record<string, number>>;
  readonly live: boolean;
  /** Set when the demo could not start. */
  readonly error?: string;
}

export function readState(dir: string): DemoState | undefined {
  const file = join(dir, "demo.json");
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DemoState) : undefined;
  } catch {
    // Written whole or not at all; who damaged it by hand has no demo there.
    return undefined;
  }
}

export function writeState(dir: string, state: DemoState): void {
  mkdirSync(dir, { recursive: true });
  writeFileDurably(join(dir, "demo.json"), `${JSON.stringify(state, null, 2)}\n`, 0o644);
}

/** Alive, and not merely a zombie waiting for its parent. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return existsSync("/proc") === false;
  }
}

/** Whether `pid` is of the demo of `dir`, and not a stranger that was given the same number since. */
function belongsTo(pid: number, dir: string): boolean {
  if (!isAlive(pid)) return false;
  if (!existsSync("/proc")) return true;
  try {
    return isMarked(pid, dir) || isSupervisorOf(pid, dir);
  } catch {
    return false;
  }
}

/** What a demo starts carries its directory in its environment. Throws for a process that has ended, or is another user's. */
function isMarked(pid: number, dir: string): boolean {
  return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`PHAROS_DEMO_DIR=${dir}`);
}

/** Every process that is marked, whoever lost the list of them. */
function markedPids(dir: string): readonly number[] {
  if (!existsSync("/proc")) return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return Number.isInteger(pid) && isMarked(pid, dir) && isAlive(pid);
      } catch {
        return false;
      }
    });
}

/** A supervisor in the foreground has its directory from a flag, or from where it was started. */
function isSupervisorOf(pid: number, dir: string): boolean {
  const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  const verb = args.indexOf("demo");
  if (verb === -1) return false;
  const flag = args.findIndex((argument, index) => index > verb && /^--dir(=|$)/.test(argument));
  const given = flag === -1 ? ".demo" : (args[flag]?.split("=", 2)[1] ?? args[flag + 1] ?? "");
  return resolve(readlinkSync(`/proc/${pid}/cwd`), given) === dir;
}

/** The supervisor of the demo that runs in `dir`. */
export function findSupervisor(dir: string): number | undefined {
  const pid = readState(dir)?.pids.supervisor;
  return pid !== undefined && belongsTo(pid, dir) ? pid : undefined;
}

/** What runs of the demo of `dir` without a supervisor, as after a kill -9 of it. */
export function findLeftovers(dir: string): readonly number[] {
  const listed = Object.values({ ...readState(dir)?.pids, ...envoyPids(dir) }).filter((pid) => belongsTo(pid, dir));
  return [...new Set([...listed, ...markedPids(dir)])];
}

/** Pids of the Envoys that agents left in their directories. */
export function envoyPids(dir: string): Record<string, number> {
  const agents = join(dir, "agents");
  const found: Record<string, number> = {};
  if (!existsSync(agents)) return found;
  for (const name of readdirSync(agents)) {
    const file = join(agents, name, "envoy.pid");
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
    if (Number.isInteger(pid) && belongsTo(pid, dir)) found[`${name}.envoy`] = pid;
  }
  return found;
}
