import type { Complaints } from "#mesh-agent/complaints.ts";
import type { ControlPlaneParts } from "#mesh-agent/compose/make-control-plane.ts";
import type { Limits } from "#mesh-agent/compose/make-limits.ts";
import type { ProxyParts } from "#mesh-agent/compose/make-proxy.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { readPidFile } from "#mesh-agent/envoy/pid-file.ts";
import { startedMs } from "#mesh-agent/envoy/process-start.ts";
import type { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { RequestTaps } from "#mesh-agent/taps/request-taps.ts";
import { startTelemetry, type Telemetry } from "#mesh-agent/telemetry/start-telemetry.ts";
import type { Logger } from "#node/log.ts";

const REPORT_PATH = "/pharos.agent.v1.AgentService/Report";
const REPORT_TIMEOUT_MS = 10_000;

export interface TelemetryNeeds extends Pick<ControlPlaneParts, "uplink" | "clock" | "registration" | "node"> {
  readonly config: AgentConfig;
  readonly paths: AgentPaths;
  readonly keeper: IdentityKeeper;
  readonly limits: Pick<Limits, "hearStreams" | "isDeciding">;
  readonly reopenLogs: ProxyParts["reopenLogs"];
  readonly complaints: Complaints;
  readonly taps: RequestTaps;
  readonly log: Logger;
}

/** Reads Envoy's log from here on, and reports to the control plane. */
export async function makeTelemetry(needs: TelemetryNeeds): Promise<Telemetry> {
  const { config, paths, keeper, uplink, clock, registration, node, limits, reopenLogs, complaints, taps, log } = needs;
  const telemetry = await startTelemetry({
    dir: paths.dir,
    accessLogPath: paths.accessLog,
    instance: () => ({
      namespace: config.namespace,
      name: config.name,
      workload: config.group,
      labels: registration.labels,
      principal: keeper.current.spiffeId,
      nodeId: node().id,
    }),
    report: (request) => uplink.unary(REPORT_PATH, request, REPORT_TIMEOUT_MS),
    spansSocketPath: paths.spansSocket,
    envoyAdminSocket: paths.adminSocket,
    envoyStartedMs: () => startedMs(readPidFile(paths.pid)?.start),
    reopenLogs,
    onServerTime: clock.hear,
    isHeard: () => limits.isDeciding,
    onLasting: (streams) => limits.hearStreams(streams),
    taps,
    log,
  });
  complaints.hear(telemetry);
  return telemetry;
}
