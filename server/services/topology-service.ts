import { setTimeout as delay } from "node:timers/promises";
import type { Services } from "#server/api/services.ts";
import type { Telemetry } from "#server/services/dependencies.ts";

const LIVE_INTERVAL_MS = 2000;

/** The graph once, and again every two seconds for as long as somebody looks. */
export function createTopologyService(telemetry: Telemetry, now: () => number = Date.now): Services["topology"] {
  const graph: Services["topology"]["graph"] = ({ view, seconds, endMs = now(), namespaces }) =>
    telemetry.graph({ view, startMs: endMs - seconds * 1000, endMs, namespaces });
  return {
    graph,
    async *live(query, signal) {
      while (!signal.aborted) {
        yield await graph(query);
        await delay(LIVE_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
