import type { AdminClient } from "#mesh-agent/envoy/admin-client.ts";

const POLL_MS = 100;
/** No request for this long: callers have heard that the instance is gone. */
const QUIET_MS = 1000;
/** The same where callers keep connections: their proxies close them once they have heard, and one that is busy hears late. */
const HELD_QUIET_MS = 5000;
const STATS = "^http\\..*\\.downstream_(?:rq_(?:active|total)|cx_active)$";

/**
 * Lets requests end. Listeners still accept while every connection is asked to close after its next answer; resolves
 * when none is in flight and none came for a second (five while callers keep connections), or after `timeoutMs`, or when `hurry`
 * says so. True when all ended.
 */
export async function drainEnvoy(
  admin: Pick<AdminClient, "post" | "stats">,
  timeoutMs: number,
  hurry?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  try {
    await admin.post("/healthcheck/fail");
    await admin.post("/drain_listeners?graceful&skip_exit");
    let last = { total: -1, since: performance.now() };
    for (;;) {
      const { active, total, callers } = await count(admin);
      const now = performance.now();
      if (total !== last.total || active > 0) last = { total, since: now };
      if (now - last.since >= (callers > 0 ? HELD_QUIET_MS : QUIET_MS)) return true;
      // What is quiet has ended, though it may not have been for long enough.
      if (now >= deadline) return active === 0 && now - last.since >= QUIET_MS;
      if (hurry?.aborted === true) return false;
      await pollAgain(hurry);
    }
  } catch {
    // It does not answer any more: nothing is left to drain.
    return true;
  }
}

function pollAgain(hurry: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      hurry?.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, POLL_MS);
    hurry?.addEventListener("abort", end, { once: true });
  });
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
