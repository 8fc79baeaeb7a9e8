import { setTimeout as delay } from "node:timers/promises";
import type { AdminClient } from "#mesh-agent/envoy/admin-client.ts";

const POLL_MS = 100;
/** No request for this long: callers have heard that the instance is gone. */
const QUIET_MS = 1000;
const REQUESTS = "^http\\..*\\.downstream_rq_(active|total)$";

/**
 * Lets requests end. Listeners still accept while every connection is asked to close after its next answer; resolves
 * when none is in flight and none came for a second, or after `timeoutMs`, or when `hurry` says so. True when all ended.
 */
export async function drainEnvoy(admin: AdminClient, timeoutMs: number, hurry?: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  try {
    await admin.post("/healthcheck/fail");
    await admin.post("/drain_listeners?graceful&skip_exit");
    let last = { total: -1, since: performance.now() };
    for (;;) {
      const { active, total } = await countRequests(admin);
      const now = performance.now();
      if (total !== last.total || active > 0) last = { total, since: now };
      if (now - last.since >= QUIET_MS) return true;
      if (now >= deadline || hurry?.aborted === true) return false;
      await delay(POLL_MS, undefined, hurry === undefined ? {} : { signal: hurry }).catch(() => undefined);
    }
  } catch {
    // It does not answer any more: nothing is left to drain.
    return true;
  }
}

async function countRequests(admin: AdminClient): Promise<{ active: number; total: number }> {
  let active = 0;
  let total = 0;
  for (const [name, value] of await admin.stats(REQUESTS)) {
    // The admin's own requests, this one among them, never end counting.
    if (name.startsWith("http.admin.")) continue;
    if (name.endsWith("_active")) active += value;
    else total += value;
  }
  return { active, total };
}
