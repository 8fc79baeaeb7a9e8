import type { Graph } from "#core/graph/graph.ts";
import type { ServiceRow } from "#core/view/service.ts";
import type { ConfigStore } from "#server/config/store.ts";
import { chartStepMs } from "#server/services/catalog-service.ts";
import type { Mesh, Telemetry } from "#server/services/dependencies.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import { recent } from "#server/services/recent.ts";
import type { Services } from "#server/services/services.ts";

export interface OverviewServiceOptions {
  readonly state: MeshState;
  readonly mesh: Mesh;
  readonly telemetry: Telemetry;
  readonly store: ConfigStore;
  readonly catalog: Services["catalog"];
  readonly config: Pick<Services["config"], "diagnostics">;
  readonly isDiskFull: () => Promise<boolean>;
  readonly now?: () => number;
}

const RECENT = 6;
const WORST = 5;
/** Renewed at half their life, certificates of a day never come this close to their end. */
const EXPIRING_SOON_MS = 60 * 60 * 1000;
const FLEET_FRESH_MS = 1000;
const FLEET_STALE_MS = 5000;
const FLEET_PATIENCE_MS = 50;
const SEVERITY = { failure: 4, degraded: 3, unknown: 2, idle: 1, healthy: 0 } as const;

/** The mesh at a glance. */
export function createOverviewService(options: OverviewServiceOptions): Services["overview"] {
  const { state, mesh, telemetry, store, catalog, config, now = Date.now } = options;
  const fleet = recent(() => mesh.fleet(now() + EXPIRING_SOON_MS), {
    freshMs: FLEET_FRESH_MS,
    staleMs: FLEET_STALE_MS,
    patienceMs: FLEET_PATIENCE_MS,
    now,
  });
  return {
    async get(seconds) {
      const endMs = now();
      const range = { startMs: endMs - seconds * 1000, endMs };
      const [services, { expiring, ...proxies }, series, entry, graph, history] = await Promise.all([
        catalog.services(seconds),
        fleet(),
        telemetry.metrics({ ...range, stepMs: chartStepMs(seconds) }),
        telemetry.entry(range),
        telemetry.graph({ ...range, view: "workload" }),
        store.history({ limit: RECENT }),
      ]);
      const diagnostics = await config.diagnostics();
      const totals = graph.edges.reduce((sum, edge) => sum + edge.requestsPerSecond, 0);
      const secured = graph.edges.filter(({ mtlsPercent }) => mtlsPercent !== null);
      const securedRate = secured.reduce((sum, edge) => sum + edge.requestsPerSecond, 0);
      const count = (status: string) => services.filter(({ health }) => health.status === status).length;
      return {
        rangeSeconds: seconds,
        requestsPerSecond: totals === 0 ? null : entry.requestsPerSecond,
        errorPercent: errorPercentOf(graph),
        p95Ms: entry.p95Ms,
        mtlsPercent:
          securedRate === 0
            ? null
            : (secured.reduce((sum, edge) => sum + edge.requestsPerSecond * ((edge.mtlsPercent ?? 0) / 100), 0) /
                securedRate) *
              100,
        services: {
          total: services.length,
          healthy: count("healthy"),
          degraded: count("degraded"),
          failing: count("failure"),
          idle: count("idle") + count("unknown"),
        },
        proxies,
        certificatesExpiringSoon: expiring,
        isDiskFull: await options.isDiskFull(),
        revision: state.revision,
        series,
        worst: [...services].sort(byTrouble).slice(0, WORST),
        recentRevisions: history.map(({ revision, author, reason, at }) => ({ revision, author, reason, at })),
        diagnostics: {
          errors: diagnostics.filter(({ severity }) => severity === "error").length,
          warnings: diagnostics.filter(({ severity }) => severity === "warning").length,
        },
        namespaces: groupByNamespace(services),
      };
    },
  };
}

/** Of every call from one workload to another, not only of what enters; as the called ends are believed to have answered. */
function errorPercentOf({ nodes }: Graph): number | null {
  const rate = nodes.reduce((sum, node) => sum + node.requestsPerSecondIn, 0);
  if (rate === 0) return null;
  return nodes.reduce((sum, node) => sum + node.requestsPerSecondIn * node.errorPercentIn, 0) / rate;
}

function byTrouble(a: ServiceRow, b: ServiceRow): number {
  return (
    SEVERITY[b.health.status] - SEVERITY[a.health.status] ||
    (b.errorPercent ?? 0) - (a.errorPercent ?? 0) ||
    (b.p95Ms ?? 0) - (a.p95Ms ?? 0)
  );
}

function groupByNamespace(services: readonly ServiceRow[]) {
  const groups = Map.groupBy(services, ({ namespace }) => namespace);
  return [...groups].map(([name, rows]) => {
    const measured = rows.filter(({ requestsPerSecond }) => requestsPerSecond !== null);
    const rate = measured.reduce((sum, row) => sum + (row.requestsPerSecond ?? 0), 0);
    const errors = measured.reduce(
      (sum, row) => sum + ((row.errorPercent ?? 0) / 100) * (row.requestsPerSecond ?? 0),
      0,
    );
    const modes = new Set(rows.map(({ mtls }) => mtls));
    return {
      name,
      services: rows.length,
      requestsPerSecond: measured.length === 0 ? null : rate,
      errorPercent: rate === 0 ? null : (errors / rate) * 100,
      mtls: modes.size === 1 ? ([...modes][0] ?? "unknown") : "mixed",
    };
  });
}
