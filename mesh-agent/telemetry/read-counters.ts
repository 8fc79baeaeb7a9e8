import type { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import type { CounterReading } from "#mesh-agent/telemetry/request-ledger.ts";

const FILTER = "^http\\..*\\.downstream_rq_(total|active)$";
/** Envoy tells its age in whole seconds, rounded down. */
const UPTIME_STEP_MS = 1000;
const ADMIN = /^http\.admin\./;

/**
 * Asks Envoy how many HTTP requests have ended. Undefined when nobody answers. `startedAt` knows of a start to within its
 * process clock's tick, where Envoy itself only knows its age in seconds.
 */
export async function readCounters(
  admin: AdminClient,
  now: () => number = Date.now,
  startedAt: () => number | undefined = () => undefined,
): Promise<CounterReading | undefined> {
  try {
    const before = now();
    const info = JSON.parse((await admin.get("/server_info")).body) as { uptime_current_epoch?: string };
    const answered = now();
    const stats = await admin.stats(FILTER);
    const uptimeMs = Number.parseFloat(info.uptime_current_epoch ?? "") * 1000;
    if (Number.isNaN(uptimeMs)) return undefined;
    let completed = 0;
    for (const [name, value] of stats) {
      if (ADMIN.test(name)) continue;
      completed += name.endsWith("_total") ? value : -value;
    }
    const earliestMs = before - uptimeMs - UPTIME_STEP_MS;
    const knownMs = startedAt();
    // The process may be another by now. An Envoy that takes in a large configuration says its age when it comes to it.
    const latestMs = answered - uptimeMs;
    const isSame =
      knownMs !== undefined && knownMs > earliestMs - UPTIME_STEP_MS && knownMs < latestMs + UPTIME_STEP_MS;
    return { fromMs: before, atMs: now(), startedMs: isSame ? knownMs : earliestMs, completed };
  } catch {
    return undefined;
  }
}
