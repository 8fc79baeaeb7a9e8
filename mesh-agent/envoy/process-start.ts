import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { uptime } from "node:os";

/** Linux tells times of processes in hundredths of a second, whatever its own clock does. */
const TICK_MS = 10;

/**
 * When a process was started, in the system's own words; undefined when it does not run (a zombie does not). With the
 * pid it names one process for good: pids are given out again.
 */
export function processStart(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  return existsSync("/proc/self/stat") ? fromProc(pid) : fromPs(pid);
}

/** Of what `processStart` says, in ms since the epoch and to within a few ticks; undefined where only `ps` is asked. */
export function startedMs(start: string | undefined): number | undefined {
  if (start === undefined || !/^\d+$/.test(start)) return undefined;
  return Date.now() - uptime() * 1000 + Number(start) * TICK_MS;
}

function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may hold anything; state is the first field after it, start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text === "" || text.startsWith("Z")
      ? undefined
      : text
          .slice(text.indexOf(" ") + 1)
          .trim()
          .replaceAll(/\s+/g, "_");
  } catch {
    return undefined;
  }
}
