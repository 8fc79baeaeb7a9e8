import { resolve } from "node:path";
import { PharosError } from "#core/errors.ts";
import { joinHostPort } from "#core/host/join-host-port.ts";
import { keepServing } from "#node/keep-serving.ts";
import { createServerLogger } from "#node/log.ts";
import { createAuth } from "#server/auth/auth.ts";
import { followOwn } from "#server/compose/follow-own.ts";
import { makeConfig } from "#server/compose/make-config.ts";
import { makeCredentials } from "#server/compose/make-credentials.ts";
import { makeHttp } from "#server/compose/make-http.ts";
import { makeIdentity } from "#server/compose/make-identity.ts";
import { makeKeys } from "#server/compose/make-keys.ts";
import { makeLeases } from "#server/compose/make-leases.ts";
import { makeMeshPort } from "#server/compose/make-mesh-port.ts";
import { makeOtlp } from "#server/compose/make-otlp.ts";
import { makeRegistry } from "#server/compose/make-registry.ts";
import { makeServices } from "#server/compose/make-services.ts";
import { makeStores } from "#server/compose/make-stores.ts";
import { makeTaps } from "#server/compose/make-taps.ts";
import { makeWatch } from "#server/compose/make-watch.ts";
import { openDataDirectory } from "#server/data-directory.ts";
import { isLoopback } from "#server/listen-address.ts";
import type { MeshHandle } from "#server/mesh/start-mesh.ts";
import { ownAddresses } from "#server/own-addresses.ts";
import { OwnListeners } from "#server/own-listeners.ts";
import { OwnMetrics } from "#server/own-metrics/own-metrics.ts";
import { writeServerFile } from "#server/server-file.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { whenRoom } from "#server/when-room.ts";

/** As deep in the sources as in the bundle. */
const ROOT = resolve(import.meta.dirname, "..");
const CLOSE_GRACE_MS = 3000;
const ROOM_LOOKED_FOR_EVERY_MS = 10_000;

/** Composes and runs the server until `signal`; resolves when all that was accepted is finished and stored. */
export async function runServer(options: ServerOptions, signal: AbortSignal): Promise<void> {
  const { dir, host } = options;
  const log = createServerLogger();
  keepServing((fault, again) => log.error("a fault that nothing caught; the server goes on", { fault, again }));
  openDataDirectory(dir);
  const stores = await makeStores(ROOT, options, log);
  const { db, audit } = stores;
  const identity = await makeIdentity(dir, options.trustDomain, db);
  const credentials = await makeCredentials(dir, db, log);
  const config = await makeConfig(db, options, (): MeshHandle => port.mesh, log);
  const listeners = new OwnListeners(ownAddresses);
  const listen = (console: number, xds: number, plaintext: number | null): void => {
    for (const each of [console, xds]) listeners.add(host, each);
    listeners.add("127.0.0.1", plaintext);
    for (const each of [options.otlp.grpc, options.otlp.http]) if (each !== null) listeners.add(each.host, each.port);
  };
  // Before they are bound: agents may come before the console is.
  listen(options.port, options.xdsPort, options.plaintextPort);
  const registry = await makeRegistry(options, config, identity, listeners);
  const keys = await makeKeys(options, config, log);
  const owner = makeLeases(
    dir,
    { snapshot: () => config.state.snapshot(), find: (instance) => registry.known(instance) },
    log,
    options.quotaWebhook,
  );
  const { leases } = owner;
  const ownMetrics = new OwnMetrics();
  const taps = await makeTaps(stores, config, registry, (): MeshHandle => port.mesh, log);
  stores.telemetry.ingest.redactBy(() => taps.redaction.redact());
  const port = await makeMeshPort({
    ...{ ...identity, options, stores, config, registry, credentials, leases, ownMetrics, log },
    taps: taps.desk,
  });
  const { mesh } = port;
  keys.open();
  const feed = config.follow();
  const auth = await createAuth({
    db,
    dir,
    baseUrl: options.publicUrl ?? `http://${joinHostPort(host, options.port)}`,
    isLoopback: isLoopback(host),
    demoSignIn: options.demoSignIn,
    audit,
    log,
  });
  const atRoom = (what: string, work: () => Promise<unknown>): Promise<void> =>
    whenRoom(work, {
      everyMs: ROOM_LOOKED_FOR_EVERY_MS,
      signal,
      onFull: (error) => log.warn(`${what} has to wait for room on the disk`, { error: error.toString() }),
    });
  await atRoom("the administrator's token", () => auth.ensureAdminToken());
  const watch = makeWatch({
    ...{ dir, log },
    telemetry: stores.telemetry,
    state: config.state,
    ledger: owner.ledger,
    allowsLoopback: isLoopback(host),
    webhookSecret: options.webhookSecret,
  });
  const api = makeServices({
    ...identity,
    options,
    stores,
    config,
    registry,
    port,
    auth,
    keys,
    credentials,
    limits: owner,
    taps,
    watch,
    log,
  });
  const own = followOwn(ownMetrics, {
    ...{ ...identity, stores, config, mesh, log },
    others: () => [...api.gauges(), ...stores.metrics()],
  });
  const http = await makeHttp({
    root: ROOT,
    options,
    stores,
    mesh,
    services: api.services,
    auth,
    alerting: watch.alerting,
    ownMetrics: () => ownMetrics.read(),
    log,
  });

  const otlp = await makeOtlp({ options, stores, auth, log });

  // Those that the system chose.
  listen(http.port, mesh.port, mesh.plaintextPort);

  const url = options.publicUrl ?? `http://${joinHostPort(host, http.port)}`;
  const xds = joinHostPort(host, mesh.port);
  await atRoom("server.json", async () =>
    writeServerFile(dir, { console: url, xds, ...otlp.addresses, pid: process.pid }),
  );
  log.info("pharos serves", {
    console: url,
    xds,
    ...otlp.addresses,
    revision: config.revision,
    instances: registry.list().length,
  });
  if (options.demoSignIn) log.info("everybody on this machine is signed in as administrator (--demo-sign-in)");
  await atRoom("the link to make the first account", async () => {
    const setup = await auth.setupLink(url);
    if (setup !== null && !options.demoSignIn) log.info(`make the first account here, once: ${setup}`);
  });

  await new Promise<void>((done) =>
    signal.aborted ? done() : signal.addEventListener("abort", () => done(), { once: true }),
  );
  log.info("stopping");
  // The stores last, and whatever became of the others: what they hold is to be on the disk.
  const stops = [
    () => otlp.close(CLOSE_GRACE_MS),
    () => http.close(CLOSE_GRACE_MS),
    () => feed.stop(),
    async () => registry.close(),
    async () => keys.close(),
    () => own.close(),
    () => api.close(),
    () => watch.close(),
    async () => taps.desk.close(),
    () => port.close(),
    async () => owner.close(),
    () => stores.close(),
  ];
  for (const stop of stops)
    await stop().catch((error: unknown) =>
      log.error("stopping went wrong", { error: PharosError.from(error).toString() }),
    );
}
