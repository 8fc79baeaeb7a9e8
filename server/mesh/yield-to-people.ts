import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Of 20 steps; the lower, the more of a busy processor. At 5 it is a third of what anybody else gets, at 10 a tenth: proxies beside the server would starve it. */
export const NICE = { mesh: 5, apply: 5, preview: 10 } as const;

/**
 * Lets the threads that answer people go first where the processors are all busy: a fleet that comes back keeps the
 * calling thread at work for seconds, and it can wait a moment. On Linux, where a thread has a priority of its own;
 * elsewhere, or where it may not, nothing happens.
 */
export function yieldToPeople(nice: number = NICE.mesh): void {
  if (process.platform !== "linux") return;
  try {
    const thread = Number(/\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1]);
    // The main thread's id is the process's: it must keep its own.
    if (Number.isInteger(thread) && thread !== process.pid) setPriority(thread, nice);
  } catch {
    // A sandbox without /proc, or one that forbids it: everything works, only people wait a little longer.
  }
}
