import { AdminServer } from "#mesh-agent/admin/admin-server.ts";
import { agentMetrics } from "#mesh-agent/agent-metrics.ts";
import type { Complaints } from "#mesh-agent/complaints.ts";
import type { ControlPlaneParts } from "#mesh-agent/compose/make-control-plane.ts";
import type { Limits } from "#mesh-agent/compose/make-limits.ts";
import type { ProxyParts } from "#mesh-agent/compose/make-proxy.ts";
import type { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import type { Telemetry } from "#mesh-agent/telemetry/start-telemetry.ts";
import type { Logger } from "#node/log.ts";
import { renderMetrics } from "#node/prometheus-text.ts";

export interface PagesNeeds {
  readonly keeper: IdentityKeeper;
  readonly controlPlane: ControlPlaneParts;
  readonly proxy: ProxyParts;
  readonly telemetry: Telemetry;
  readonly limits: Limits;
  readonly complaints: Complaints;
  readonly version: string;
  readonly log: Logger;
}

/** The agent's own pages; not listening yet. */
export function makePages({
  keeper,
  controlPlane,
  proxy,
  telemetry,
  limits,
  complaints,
  version,
  log,
}: PagesNeeds): AdminServer {
  const { uplink, clock, registration, cache, relay, secrets } = controlPlane;
  const { admin, supervisor, readiness, application } = proxy;
  const unreadiness = (): string[] => {
    const envoys = proxy.unreadiness();
    return [
      ...(envoys === undefined ? [] : [envoys]),
      ...(keeper.current.notAfterMs > Date.now() ? [] : ["the certificate has expired"]),
    ];
  };
  const own = async () =>
    agentMetrics({
      isConnected: uplink.state.kind === "up",
      isRegistered: registration.isRegistered,
      isEnvoyReady: readiness.isReady,
      applicationHealth: application.health,
      envoyRestarts: supervisor.restarts,
      certificateNotAfterMs: keeper.current.notAfterMs,
      fileExpiries: secrets.fileExpiries,
      fileProblems: secrets.problems.length,
      relay: relay.stats(),
      cached: cache.counts(),
      version,
      telemetry: telemetry.stats(),
      limits: await limits.stats(),
      clockAheadMs: clock.aheadMs,
    });
  const pages = {
    unreadiness,
    notes: () => [
      ...(clock.complaint === undefined ? [] : [clock.complaint]),
      ...complaints.list(),
      ...proxy.settingsNotes(),
    ],
    metrics: async () => {
      const text = renderMetrics(await own());
      const envoys = await admin.get("/stats/prometheus").catch(() => ({ body: "" }));
      return text + envoys.body;
    },
  };
  return new AdminServer(pages, log);
}
