import { setTimeout as delay } from "node:timers/promises";
import { addIdleNodes, type Registered } from "#core/graph/add-idle-nodes.ts";
import { chooseClosed } from "#core/graph/choose-closed.ts";
import { collapseGraph } from "#core/graph/collapse-graph.ts";
import { compareGraphs } from "#core/graph/compare-graphs.ts";
import { findPlaintext } from "#core/graph/find-plaintext.ts";
import { labelWorkload, UNKNOWN } from "#core/model/workload-label.ts";
import { chartStepMs } from "#server/services/catalog-service.ts";
import type { Telemetry } from "#server/services/dependencies.ts";
import { describeEgress } from "#server/services/describe-egress.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import { perSnapshot } from "#server/services/per-snapshot.ts";
import { listServices } from "#server/services/service-directory.ts";
import type { Services } from "#server/services/services.ts";

const LIVE_INTERVAL_MS = 2000;
/** Enough to find what is called every so often. */
const SAMPLES_MAX = 1000;
/** Thousands of edges take the browser a while to draw: sent less often, they cost no more than a few. */
const LIVE_INTERVAL_MS_PER_EDGE = 2;

export interface TopologyServiceOptions {
  readonly state: Pick<MeshState, "snapshot">;
  readonly telemetry: Pick<Telemetry, "graph" | "edgeMetrics" | "rows" | "requests">;
  readonly now?: () => number;
}

/** The graph once, or again every two seconds, large ones less often, for as long as somebody looks. */
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
  const drawn: Services["topology"]["drawn"] = async ({ closed, open, thanMs, ...query }) => {
    const { view, startMs, endMs, gaps, ...seen } = await graph(query);
    const chosen = chooseClosed(seen.nodes, { closed: new Set(closed), open: new Set(open) });
    const now = collapseGraph(seen, chosen);
    if (thanMs === undefined) return { view, startMs, endMs, gaps, ...now };
    const then = collapseGraph(await graph({ ...query, idle: false, endMs: thanMs }), chosen);
    return { view, startMs, endMs, gaps, ...compareGraphs(now, then) };
  };
  return {
    graph,
    drawn,
    async *live(query, signal) {
      // Whoever follows has just asked for the first.
      for (let waitMs = LIVE_INTERVAL_MS; ; ) {
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        const next = await drawn(query);
        yield next;
        waitMs = Math.max(LIVE_INTERVAL_MS, LIVE_INTERVAL_MS_PER_EDGE * next.edges.length);
      }
    },
    async plaintext(seconds) {
      const seen = await graph({ view: "service", seconds });
      return { hasTraffic: seen.edges.length > 0, edges: findPlaintext(seen) };
    },
    async egress(seconds) {
      const endMs = now();
      const [counted, samples] = await Promise.all([
        telemetry.rows({ startMs: endMs - seconds * 1000, endMs }),
        telemetry.requests({ service: UNKNOWN, seconds, limit: SAMPLES_MAX }),
      ]);
      return describeEgress({ snapshot: state.snapshot(), ...counted, samples });
    },
    series({ seconds, ...ends }) {
      const endMs = now();
      return telemetry.edgeMetrics({ ends, startMs: endMs - seconds * 1000, endMs, stepMs: chartStepMs(seconds) });
    },
  };
}
