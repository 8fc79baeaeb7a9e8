import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/** As far as is usual for what somebody waits for: the kernel's own threads still come before. */
const NICENESS = -10;

/**
 * The calling thread goes before whatever else wants its core. False, and nothing changes, where that is not allowed (it takes
 * CAP_SYS_NICE) or threads have no priorities of their own (they do on Linux alone).
 */
export function goFirst(): boolean {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), NICENESS);
    return true;
  } catch {
    return false;
  }
}
