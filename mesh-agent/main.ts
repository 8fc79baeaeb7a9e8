import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { claimDirectory } from "#mesh-agent/claim-directory.ts";
import { Complaints } from "#mesh-agent/complaints.ts";
import { makeCapture } from "#mesh-agent/compose/make-capture.ts";
import { makeControlPlane } from "#mesh-agent/compose/make-control-plane.ts";
import { makeIdentity } from "#mesh-agent/compose/make-identity.ts";
import { makeLimits } from "#mesh-agent/compose/make-limits.ts";
import { makeNames } from "#mesh-agent/compose/make-names.ts";
import { makePages } from "#mesh-agent/compose/make-pages.ts";
import { makeProxy } from "#mesh-agent/compose/make-proxy.ts";
import { makeTaps } from "#mesh-agent/compose/make-taps.ts";
import { makeTelemetry } from "#mesh-agent/compose/make-telemetry.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { ownAddress } from "#mesh-agent/control-plane/own-address.ts";
import type { DnsServer } from "#mesh-agent/dns/dns-server.ts";
import { drainEnvoy } from "#mesh-agent/envoy/drain-envoy.ts";
import { findEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import { type AgentPaths, openPaths } from "#mesh-agent/paths.ts";
import { RoomWatch } from "#mesh-agent/room-watch.ts";
import { createLogger, type Logger } from "#node/log.ts";
import manifest from "../package.json" with { type: "json" };

const ROOT = resolve(import.meta.dirname, "..");
/** Logs are rotated, and what the disk refused is tried again. */
const UPKEEP_EVERY_MS = 10_000;
/** How long a start waits for the revocation lists of a control plane that does not answer. */
const REVOCATIONS_MS = 2000;
/** How long the first start waits to be told with what Envoy is to be started. */
const SETTINGS_MS = 2000;

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
  const capture = await makeCapture(given, paths, log);
  const envoy = await findEnvoy({ configured: given.envoy, env: process.env, root: ROOT });
  const keeper = makeIdentity(given, paths, log);
  try {
    await keeper.open(signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }

  const config = await withAddress(given, keeper.server, log);
  const room = new RoomWatch(paths.dir, log);
  room.look();
  const complaints = new Complaints();
  complaints.hear(room);
  if (capture !== undefined) complaints.hear(capture);
  const shared = { config, paths, keeper, complaints, log };
  const controlPlane = makeControlPlane({
    ...shared,
    versions: { agent: manifest.version, proxy: envoy.version },
    onProbe: (probe) => proxy.application.follow(probe),
    settingsNotes: () => proxy.settingsNotes(),
    prepare: (type, resources) => limits.prepare(type, resources),
  });
  const { uplink, registration, cache, relay, revocations, secrets } = controlPlane;
  const proxy = makeProxy({
    ...{ ...shared, envoy, node: controlPlane.node(), registration },
    onReadiness: (isReady) => capture?.follow(isReady),
    onStart: () => limits.hearEnvoy(),
  });
  const { admin, bootstrap, supervisor, readiness } = proxy;
  const tapping = makeTaps(config, paths, controlPlane, log);
  const { taps } = tapping;
  const limits = makeLimits(config, paths, controlPlane, log);
  const telemetry = await makeTelemetry({ ...shared, ...controlPlane, limits, reopenLogs: proxy.reopenLogs, taps });
  const pages = makePages({ ...shared, controlPlane, proxy, telemetry, limits, version: manifest.version });

  // What runs in the background ends after the shutdown, not with its beginning: draining needs the control plane.
  const background = new AbortController();
  await pages.listen(config.adminHost, config.adminPort);
  const following = [uplink.run(background.signal), revocations.run(background.signal), tapping.run(background.signal)];
  await Promise.race([revocations.first, aborted(signal), delay(REVOCATIONS_MS, undefined, { ref: false })]);
  const registering = registration.run(background.signal).then(() => undefined, PharosError.from);
  let names: Pick<DnsServer, "close"> | undefined;
  try {
    // Envoy is started with what the control plane says, where it never did before.
    if (registration.start === undefined) {
      const known = [registration.answered, aborted(signal), delay(SETTINGS_MS, undefined, { ref: false })];
      const taken = await Promise.race([registering, ...known]);
      if (taken !== undefined) throw taken;
    }
    names = await makeNames(config, cache, log);
    await Promise.all([relay.listen(paths.xdsSocket), secrets.listen(paths.sdsSocket), limits.listen()]);
    await supervisor.start();
  } catch (error) {
    await registration.leave();
    background.abort();
    throw error;
  }
  // An Envoy that was taken back serves already: the registry must not hear otherwise.
  readiness.set(await admin.isLive());
  const upkeep = setInterval(() => {
    room.look();
    for (const each of [bootstrap, cache, revocations, supervisor, capture]) each?.settle();
    void proxy
      .rotateLogs()
      .catch((error: unknown) => log.warn("envoy's logs were not rotated", { error: String(error) }));
  }, UPKEEP_EVERY_MS);
  const running = [keeper.run(uplink, background.signal), readiness.run(background.signal)];

  const collision = await Promise.race([aborted(signal), registering]);
  log.info("stopping: leaving the mesh, then draining");
  relay.hold();
  await registration.leave();
  const isDrained = await drainEnvoy(admin, { timeoutMs: config.drainSeconds * 1000, hurry });
  if (!isDrained)
    log.warn("requests were still in flight", {
      why: hurry?.aborted === true ? "told to hurry" : `the drain time of ${config.drainSeconds} s was over`,
    });
  clearInterval(upkeep);
  proxy.application.stop();
  await capture?.stop();
  await names?.close();
  await supervisor.stop();
  // Envoy wrote its last lines as it ended.
  await telemetry.stop();
  background.abort();
  await Promise.all([
    ...following,
    ...running,
    registering,
    relay.close(),
    secrets.close(),
    limits.close(),
    pages.close(),
  ]);
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
