import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { AdminServer } from "#mesh-agent/admin/admin-server.ts";
import { agentMetrics } from "#mesh-agent/agent-metrics.ts";
import { ApplicationWatch } from "#mesh-agent/application/application-watch.ts";
import { claimDirectory } from "#mesh-agent/claim-directory.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { ClockWatch } from "#mesh-agent/control-plane/clock-watch.ts";
import { ownAddress } from "#mesh-agent/control-plane/own-address.ts";
import { Registration } from "#mesh-agent/control-plane/registration.ts";
import { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import { drainEnvoy } from "#mesh-agent/envoy/drain-envoy.ts";
import { EnvoySupervisor } from "#mesh-agent/envoy/envoy-supervisor.ts";
import { findEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import { readPidFile } from "#mesh-agent/envoy/pid-file.ts";
import { prepareEnvoy } from "#mesh-agent/envoy/prepare-envoy.ts";
import { startedMs } from "#mesh-agent/envoy/process-start.ts";
import { requirePorts } from "#mesh-agent/envoy/require-ports.ts";
import { rotateLog } from "#mesh-agent/envoy/rotate-log.ts";
import { ReadinessWatch } from "#mesh-agent/envoy/watch-readiness.ts";
import { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import { RevocationWatch } from "#mesh-agent/identity/revocation-watch.ts";
import { type AgentPaths, openPaths } from "#mesh-agent/paths.ts";
import { readToken } from "#mesh-agent/read-token.ts";
import { RoomWatch } from "#mesh-agent/room-watch.ts";
import { SecretServer } from "#mesh-agent/sds/secret-server.ts";
import { startTelemetry } from "#mesh-agent/telemetry/start-telemetry.ts";
import { describeNode } from "#mesh-agent/xds/describe-node.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { RelayServer } from "#mesh-agent/xds/relay-server.ts";
import { createLogger, type Logger } from "#node/log.ts";
import { renderMetrics } from "#node/prometheus-text.ts";
import manifest from "../package.json" with { type: "json" };

const ROOT = resolve(import.meta.dirname, "..");
/** Logs are rotated, and what the disk refused is tried again. */
const ROTATE_EVERY_MS = 10_000;
/** How long a start waits for the revocation lists of a control plane that does not answer. */
const REVOCATIONS_MS = 2000;
const REPORT_PATH = "/pharos.agent.v1.AgentService/Report";
const REPORT_TIMEOUT_MS = 10_000;

export interface AgentSignals {
  /** Leave the mesh, let requests end, and stop. */
  readonly stop: AbortSignal;
  /** Do not wait for requests any more. */
  readonly hurry?: AbortSignal;
}

/**
 * Runs the agent until it is told to stop; then leaves the mesh, lets requests end, stops Envoy and resolves. Throws when it
 * cannot start: no Envoy, a refused token, a taken port, name or directory. A killed agent leaves its Envoy serving for the
 * next one.
 */
export async function runAgent(
  config: AgentConfig,
  signals: AgentSignals,
  log: Logger = createLogger("text"),
): Promise<void> {
  const paths = openPaths(resolve(config.dir));
  const release = await claimDirectory(paths.dir, paths.claimSocket);
  try {
    await runClaimed(config, paths, signals, log);
  } finally {
    await release();
  }
}

/** An instance is where it connects from, unless it is told otherwise. */
async function withAddress(config: AgentConfig, server: string, log: Logger): Promise<AgentConfig> {
  if (config.address !== "") return config;
  try {
    return { ...config, address: await ownAddress(server) };
  } catch (error) {
    log.warn("this host's own address cannot be found out: name it with --address", {
      server,
      error: String(error),
    });
    return { ...config, address: "127.0.0.1" };
  }
}

async function runClaimed(
  given: AgentConfig,
  paths: AgentPaths,
  { stop: signal, hurry }: AgentSignals,
  log: Logger,
): Promise<void> {
  const found = await findEnvoy({ configured: given.envoy, env: process.env, root: ROOT });
  const versions = { agent: manifest.version, proxy: found.version };
  const keeper = new IdentityKeeper({
    file: paths.identity,
    namespace: given.namespace,
    serviceAccount: given.serviceAccount,
    server: given.server,
    readToken: () => readToken(given),
    tokenFile: given.token === undefined ? given.tokenFile : undefined,
    log,
  });
  try {
    await keeper.open(signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }

  const config = await withAddress(given, keeper.server, log);
  // What runs in the background ends after the shutdown, not with its beginning: draining needs the control plane.
  const background = new AbortController();
  const uplink = new Uplink({ server: keeper.server, identity: () => keeper.current, log });
  const clock = new ClockWatch(log);
  const room = new RoomWatch(paths.dir, log);
  room.look();
  const hasServed = existsSync(paths.registration);
  const cache = DiskCache.open(paths.cache, log);
  if (hasServed && cache.isEmpty())
    log.warn("the last good configuration is gone: an envoy that starts waits for the control plane", {
      file: paths.cache,
    });
  const registration = new Registration({
    config,
    versions,
    uplink,
    file: paths.registration,
    log,
    problems: () => [...secrets.problems, ...unstored()],
    onLabels: () => relay.subscribeAgain(),
    onProbe: (probe) => application.follow(probe),
    onServerTime: clock.hear,
  });
  const node = () => describeNode(config, paths, registration.labels);
  const relay = new RelayServer({ uplink, cache, node, log });
  const revocations = new RevocationWatch({
    file: paths.revocations,
    uplink,
    log,
    onChange: (lists) => secrets.setRevoked(lists),
  });
  const secrets = new SecretServer(keeper.current, log, revocations.lists);
  keeper.onChange((identity) => secrets.setIdentity(identity));

  const { command, fingerprint, admin, bootstrap } = prepareEnvoy(found, config, paths, node());
  const tellHealth = (): void => {
    if (readiness.isReady) registration.setHealth(application.health, application.reason);
    else registration.setHealth("unhealthy", whyEnvoyIsAway(supervisor));
  };
  const readiness = new ReadinessWatch(admin, tellHealth);
  const application = new ApplicationWatch({ onChange: tellHealth, log });
  const supervisor = new EnvoySupervisor({
    command,
    fingerprint,
    pidFile: paths.pid,
    admin,
    log,
    beforeStart: () => requirePorts(config),
    onDeath: () => readiness.set(false),
  });
  const reopenLogs = async (): Promise<void> => void (await admin.post("/reopen_logs"));
  const unstored = (): string[] =>
    [
      ...[room, bootstrap, keeper, cache, registration, revocations, supervisor, telemetry].map(
        ({ problem }) => problem,
      ),
    ].filter((problem) => problem !== undefined);
  const unreadiness = (): string[] => [
    ...(readiness.isReady ? [] : [whyEnvoyIsAway(supervisor)]),
    ...(keeper.current.notAfterMs > Date.now() ? [] : ["the certificate has expired"]),
  ];
  const pages = new AdminServer(
    {
      unreadiness,
      notes: () => [...(clock.complaint === undefined ? [] : [clock.complaint]), ...secrets.problems, ...unstored()],
      metrics: async () => {
        const own = agentMetrics({
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
          version: versions.agent,
          telemetry: telemetry.stats(),
          clockAheadMs: clock.aheadMs,
        });
        const envoys = await admin.get("/stats/prometheus").catch(() => ({ body: "" }));
        return renderMetrics(own) + envoys.body;
      },
    },
    log,
  );

  const telemetry = await startTelemetry({
    dir: paths.dir,
    accessLogPath: paths.accessLog,
    instance: () => ({
      namespace: config.namespace,
      name: config.name,
      workload: config.group,
      labels: registration.labels,
      principal: keeper.current.spiffeId,
    }),
    report: (request) => uplink.unary(REPORT_PATH, request, REPORT_TIMEOUT_MS),
    spansSocketPath: paths.spansSocket,
    envoyAdminSocket: paths.adminSocket,
    envoyStartedMs: () => startedMs(readPidFile(paths.pid)?.start),
    reopenLogs,
    onServerTime: clock.hear,
    log,
  });
  await pages.listen(config.adminHost, config.adminPort);
  const following = [uplink.run(background.signal), revocations.run(background.signal)];
  await Promise.race([revocations.first, aborted(signal), delay(REVOCATIONS_MS, undefined, { ref: false })]);
  try {
    await Promise.all([relay.listen(paths.xdsSocket), secrets.listen(paths.sdsSocket)]);
    await supervisor.start();
  } catch (error) {
    background.abort();
    throw error;
  }
  // An Envoy that was taken back serves already: the registry must not hear otherwise.
  readiness.set(await admin.isLive());
  const rotation = setInterval(() => {
    room.look();
    for (const each of [bootstrap, cache, revocations, supervisor]) each.settle();
    void rotateLog(paths.envoyLog, reopenLogs).catch((error: unknown) =>
      log.warn("envoy's log was not rotated", { error: String(error) }),
    );
  }, ROTATE_EVERY_MS);
  const running = [keeper.run(uplink, background.signal), readiness.run(background.signal)];
  const registering = registration.run(background.signal).then(() => undefined, PharosError.from);

  const collision = await Promise.race([aborted(signal), registering]);
  log.info("stopping: leaving the mesh, then draining");
  await registration.leave();
  const isDrained = await drainEnvoy(admin, config.drainSeconds * 1000, hurry);
  if (!isDrained)
    log.warn("requests were still in flight", {
      why: hurry?.aborted === true ? "told to hurry" : `the drain time of ${config.drainSeconds} s was over`,
    });
  clearInterval(rotation);
  application.stop();
  await supervisor.stop();
  // Envoy wrote its last lines as it ended.
  await telemetry.stop();
  background.abort();
  await Promise.all([...following, ...running, registering, relay.close(), secrets.close(), pages.close()]);
  cache.close();
  log.info("stopped");
  if (collision !== undefined) throw collision;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((done) => {
    if (signal.aborted) done(undefined);
    else signal.addEventListener("abort", () => done(undefined), { once: true });
  });
}

function whyEnvoyIsAway({ restarts, lastDeath }: EnvoySupervisor): string {
  if (lastDeath === undefined) return "envoy does not serve yet";
  return `envoy does not serve: it died ${restarts === 1 ? "once" : `${restarts} times`}, last by ${lastDeath}`;
}
