import { availableParallelism } from "node:os";
import { NO_START_SETTINGS, type StartSettings } from "#core/mesh-config/start-settings.ts";
import { ApplicationWatch } from "#mesh-agent/application/application-watch.ts";
import type { Complaints } from "#mesh-agent/complaints.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import type { Registration } from "#mesh-agent/control-plane/registration.ts";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import type { BootstrapFile } from "#mesh-agent/envoy/bootstrap-file.ts";
import { EnvoySupervisor } from "#mesh-agent/envoy/envoy-supervisor.ts";
import type { FoundEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import { describeUnmet, type Host, settleSettings } from "#mesh-agent/envoy/host-settings.ts";
import { prepareEnvoy } from "#mesh-agent/envoy/prepare-envoy.ts";
import { requirePorts } from "#mesh-agent/envoy/require-ports.ts";
import { rotateLog } from "#mesh-agent/envoy/rotate-log.ts";
import { ReadinessWatch } from "#mesh-agent/envoy/watch-readiness.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { NodeJson } from "#mesh-agent/xds/describe-node.ts";
import type { Logger } from "#node/log.ts";

/** Envoy, what is known of it, and of the application behind it. */
export interface ProxyParts {
  readonly admin: AdminClient;
  readonly bootstrap: Pick<BootstrapFile, "settle" | "problem">;
  readonly supervisor: EnvoySupervisor;
  readonly readiness: ReadinessWatch;
  readonly application: ApplicationWatch;
  readonly reopenLogs: () => Promise<void>;
  /** What of the settings that the control plane gave Envoy does not run with, and why. */
  settingsNotes(): readonly string[];
  /** Why no request is served; undefined while requests are. */
  unreadiness(): string | undefined;
  /** Those that nobody else keeps small. */
  rotateLogs(): Promise<void>;
}

export interface ProxyNeeds {
  readonly envoy: FoundEnvoy;
  readonly config: AgentConfig;
  readonly paths: AgentPaths;
  readonly node: NodeJson;
  readonly registration: Registration;
  readonly complaints: Complaints;
  /** Hears whether Envoy serves. */
  readonly onReadiness?: ((isReady: boolean) => void) | undefined;
  /** Hears of each new Envoy: what the one before it served is over. */
  readonly onStart?: (() => void) | undefined;
  readonly log: Logger;
}

/** Not started yet. */
export function makeProxy(needs: ProxyNeeds): ProxyParts {
  const { envoy, config, paths, node, registration, complaints, log } = needs;
  const admin = new AdminClient(paths.adminSocket);
  const host: Host = { processors: availableParallelism(), environment: process.env };
  let written: BootstrapFile | undefined;
  const bootstrap = {
    get problem() {
      return written?.problem;
    },
    settle: () => written?.settle(),
  };
  const given = (): StartSettings => registration.start ?? NO_START_SETTINGS;
  const unreadiness = () => (readiness.isReady ? undefined : whyEnvoyIsAway(supervisor));
  const tellHealth = (): void => {
    const why = unreadiness();
    if (why === undefined) registration.setHealth(application.health, application.reason);
    else registration.setHealth("unhealthy", why);
  };
  const readiness = new ReadinessWatch(admin, (isReady) => {
    tellHealth();
    needs.onReadiness?.(isReady);
  });
  const application = new ApplicationWatch({ onChange: tellHealth, log });
  const supervisor = new EnvoySupervisor({
    prepare: (settings) => {
      const prepared = prepareEnvoy(envoy, config, paths, node, settleSettings(settings, config, host));
      written = prepared.bootstrap;
      return prepared;
    },
    settings: given,
    pidFile: paths.pid,
    admin,
    log,
    beforeStart: () =>
      requirePorts(config, async () => void (await admin.post("/quitquitquit", 1000).catch(() => undefined))),
    onDeath: () => readiness.set(false),
    ...(needs.onStart === undefined ? {} : { onStart: needs.onStart }),
  });
  const reopenLogs = async (): Promise<void> => void (await admin.post("/reopen_logs"));
  complaints.hear(bootstrap, supervisor);
  return {
    admin,
    bootstrap,
    supervisor,
    readiness,
    application,
    reopenLogs,
    unreadiness,
    settingsNotes: () => describeUnmet(supervisor.startedWith, given(), config, host),
    rotateLogs: async () => {
      for (const file of [paths.envoyLog, paths.requestLog]) await rotateLog(file, reopenLogs);
    },
  };
}

function whyEnvoyIsAway({ restarts, lastDeath }: EnvoySupervisor): string {
  if (lastDeath === undefined) return "envoy does not serve yet";
  return `envoy does not serve: it died ${restarts === 1 ? "once" : `${restarts} times`}, last by ${lastDeath}`;
}
