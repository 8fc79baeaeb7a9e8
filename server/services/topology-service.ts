import { setTimeout as delay } from "node:timers/promises";
import { addIdleNodes, type Registered } from "#core/graph/add-idle-nodes.ts";
import { labelWorkload } from "#core/telemetry/workload-label.ts";
import type { Services } from "#server/api/services.ts";
import { chartStepMs } from "#server/services/catalog-service.ts";
import type { Telemetry } from "#server/services/dependencies.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import { listServices } from "#server/services/service-directory.ts";

const LIVE_INTERVAL_MS = 2000;
/** A graph of thousands of edges is megabytes: sent less often, it costs server and browser no more than a small one. */
const LIVE_INTERVAL_MS_PER_EDGE = 2;

export interface TopologyServiceOptions {
  readonly state: Pick<MeshState, "snapshot">;
  readonly telemetry: Pick<Telemetry, "graph" | "edgeMetrics">;
  readonly now?: () => number;
}

/** The graph once, and again every two seconds, large ones less often, for as long as somebody looks. */
export function createTopologyService(options: TopologyServiceOptions): Services["topology"] {
  const { state, telemetry, now = Date.now } = options;
  const registered = perSnapshot(
    (snapshot): Registered => ({
      workloads: snapshot.instances.map(({ workload, namespace, labels }) =>
        labelWorkload(workload, namespace, labels),
      ),
      hosts: [...listServices(snapshot).values()].map(({ host, namespace }) => ({ host, namespace })),
    }),
  );
  const graph: Services["topology"]["graph"] = async ({ view, seconds, endMs = now(), namespaces, idle = false }) => {
    const seen = await telemetry.graph({ view, startMs: endMs - seconds * 1000, endMs, namespaces });
    return idle ? addIdleNodes(seen, registered(state.snapshot())) : seen;
  };
  return {
    graph,
    async *live(query, signal) {
      while (!signal.aborted) {
        const seen = await graph(query);
        yield seen;
        const waitMs = Math.max(LIVE_INTERVAL_MS, LIVE_INTERVAL_MS_PER_EDGE * seen.edges.length);
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    },
    series({ seconds, ...ends }) {
      const endMs = now();
      return telemetry.edgeMetrics({ ends, startMs: endMs - seconds * 1000, endMs, stepMs: chartStepMs(seconds) });
    },
  };
}
