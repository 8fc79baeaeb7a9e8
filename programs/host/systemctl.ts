import { existsSync } from "node:fs";
import { runTool } from "#mesh-agent/capture/run-tool.ts";

/** As sd_booted(3) finds it out. */
export function isSystemdRunning(): boolean {
  return existsSync("/run/systemd/system");
}

/** systemd has the limits itself: a unit that drains takes longer than other tools, up to its TimeoutStopSec. */
const NO_LIMIT_MS = 0;

/** Throws "unavailable" with systemd's own words. */
export async function systemctl(...args: readonly string[]): Promise<void> {
  await runTool("systemctl", args, "", NO_LIMIT_MS);
}
