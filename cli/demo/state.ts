import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DemoState) : undefined;
}

export function writeState(dir: string, state: DemoState): void {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "demo.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
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
export function belongsTo(pid: number, dir: string): boolean {
  if (!isAlive(pid)) return false;
  if (!existsSync("/proc")) return true;
  try {
    const isSupervisor = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("demo");
    return isSupervisor || readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`PHAROS_DEMO_DIR=${dir}`);
  } catch {
    return false;
  }
}

/** Pids of the Envoys that agents left in their directories. */
export function envoyPids(dir: string): Record<string, number> {
  const agents = join(dir, "agents");
  const found: Record<string, number> = {};
  if (!existsSync(agents)) return found;
  for (const name of readdirSync(agents)) {
    const file = join(agents, name, "envoy.pid");
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
    if (Number.isInteger(pid) && isAlive(pid)) found[`${name}.envoy`] = pid;
  }
  return found;
}
