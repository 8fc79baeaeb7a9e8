import type { ApiClient } from "#cli/client.ts";
import { EXIT } from "#cli/exit-codes.ts";

const POLL_MS = 100;

/**
 * Waits until every connected proxy that must have `revision` has acknowledged it. Prints who is away; on a refusal
 * the proxy, the object and Envoy's words. Resolves with the exit code.
 */
export async function waitForRollout(api: ApiClient, revision: number, timeoutMs: number): Promise<number> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const state = await api.config.distribution.query({ revision });
    const refused = state.proxies.filter((proxy) => proxy.state === "refused");
    if (refused.length > 0) {
      for (const proxy of refused) {
        process.stderr.write(
          `refused by ${proxy.id}: ${proxy.refusals.map((refusal) => `${refusal.origins.map((origin) => [origin.resource, origin.path].filter(Boolean).join(" ")).join(", ") || refusal.resource}: ${refusal.message}`).join("; ")}\n`,
        );
      }
      return EXIT.refused;
    }
    const waiting = state.proxies.filter((proxy) => proxy.state === "pending");
    if (waiting.length === 0) {
      const acked = state.proxies.filter((proxy) => proxy.state === "acked");
      const slowest = Math.max(0, ...acked.map((proxy) => proxy.ackMs ?? 0));
      process.stderr.write(
        `revision ${revision}: ${acked.length} ${acked.length === 1 ? "proxy has" : "proxies have"} it${acked.length > 0 ? `, the last after ${Math.round(slowest)} ms` : ""}\n`,
      );
      for (const id of state.away) process.stderr.write(`away: ${id}\n`);
      return EXIT.ok;
    }
    if (Date.now() > deadline) {
      process.stderr.write(
        `timed out: ${waiting.length} of ${state.proxies.length} proxies have not acknowledged revision ${revision}\n`,
      );
      for (const proxy of waiting) process.stderr.write(`waiting for ${proxy.id}\n`);
      return EXIT.timeout;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
