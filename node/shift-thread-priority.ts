import { readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";

const { PRIORITY_HIGHEST, PRIORITY_LOW } = constants.priority;

/**
 * Moves the calling thread, which is not the main one, by so many of Linux' steps of niceness: 5 down is a third of what anybody else
 * gets of a busy processor, 10 down a tenth; up (less than 0) only root may. Elsewhere, or where it may not, nothing happens.
 */
export function shiftThreadPriority(by: number): void {
  if (process.platform !== "linux") return;
  try {
    const thread = Number(/\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1]);
    // The main thread's id is the process's: it must keep its own.
    if (!Number.isInteger(thread) || thread === process.pid) return;
    setPriority(thread, Math.min(PRIORITY_LOW, Math.max(PRIORITY_HIGHEST, getPriority(thread) + by)));
  } catch {
    // A sandbox without /proc, or one that forbids it: everything works, only somebody waits a little longer.
  }
}
