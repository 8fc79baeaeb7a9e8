import { setTimeout as delay } from "node:timers/promises";
import type { AdminClient } from "#mesh-agent/envoy/admin-client.ts";

const POLL_MS = 100;
/** No request for this long: callers have heard that the instance is gone. */
const QUIET_MS = 1000;
/** The same where callers keep connections: their proxies close them once they have heard, and one that is busy hears late. */
const HELD_QUIET_MS = 5000;
const STATS = "^http\\..*\\.downstream_(?:rq_(?:active|total)|cx_active)$";

export interface DrainOptions {
  readonly timeoutMs: number;
  /** Do not wait for requests any more. */
  readonly hurry?: AbortSignal | undefined;
  /** Waits for so many ms, or until the signal. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** ms on a clock that only goes on. */
  readonly now?: () => number;
}

/**
 * Lets requests end. Listeners still accept while every connection is asked to close after its next answer; resolves
 * when none is in flight and none came for a second (five while callers keep connections), or after `timeoutMs`, or when `hurry`
 * says so. True when all ended.
 */
export async function drainEnvoy(admin: Pick<AdminClient, "post" | "stats">, options: DrainOptions): Promise<boolean> {
  const { timeoutMs, hurry, now: clock = () => performance.now() } = options;
  const { wait = (ms, signal) => delay(ms, undefined, { signal }) } = options;
  const deadline = clock() + timeoutMs;
  try {
    await admin.post("/healthcheck/fail");
    await admin.post("/drain_listeners?graceful&skip_exit");
    let last = { total: -1, since: clock() };
    for (;;) {
      const { active, total, callers } = await count(admin);
      const now = clock();
      if (total !== last.total || active > 0) last = { total, since: now };
      if (now - last.since >= (callers > 0 ? HELD_QUIET_MS : QUIET_MS)) return true;
      // What is quiet has ended, though it may not have been for long enough.
      if (now >= deadline) return active === 0 && now - last.since >= QUIET_MS;
      if (hurry?.aborted === true) return false;
      await wait(POLL_MS, hurry).catch(() => undefined);
    }
  } catch {
    // It does not answer any more: nothing is left to drain.
    return true;
  }
}

async function count(
  admin: Pick<AdminClient, "stats">,
): Promise<{ readonly active: number; readonly total: number; readonly callers: number }> {
  const sums = { active: 0, total: 0, callers: 0 };
  for (const [name, value] of await admin.stats(STATS)) {
    // The admin's own requests, this one among them, never end counting.
    if (name.startsWith("http.admin.")) continue;
    if (name.endsWith("_rq_active")) sums.active += value;
    else if (name.endsWith("_rq_total")) sums.total += value;
    // Of the application's own connections, and of strangers at a gateway, nobody closes one because the instance leaves.
    else if (name.startsWith("http.inbound")) sums.callers += value;
  }
  return sums;
}
