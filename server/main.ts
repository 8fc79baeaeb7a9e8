import { hostname, networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import type { Endpoint } from "#core/access/endpoints.ts";
import { checkConfig } from "#core/check/check-config.ts";
import type { PharosError } from "#core/errors.ts";
import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { LimitBook } from "#core/limits/limit-book.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { keepServing } from "#node/keep-serving.ts";
import { createServerLogger } from "#node/log.ts";
import { sendText } from "#node/send-text.ts";
import { createApiCaller } from "#server/api/router.ts";
import type { ApiContext } from "#server/api/trpc.ts";
import { createAudit } from "#server/audit/audit.ts";
import { createAuth } from "#server/auth/auth.ts";
import { createCertificateService } from "#server/ca/certificate-service.ts";
import { describeRevoked } from "#server/ca/describe-revoked.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { RevocationBook } from "#server/ca/revocations.ts";
import { buildRevokedPolicy, REVOKED_POLICY } from "#server/ca/revoked-policy.ts";
import { IdentityStore } from "#server/ca/store.ts";
import { toSnapshotChange } from "#server/config/revision-feed.ts";
import { createConfigStore } from "#server/config/store.ts";
import { openDataDirectory } from "#server/data-directory.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { createHttpServer } from "#server/http/create-http-server.ts";
import { guardHost } from "#server/http/guard-host.ts";
import { mountApi } from "#server/http/mount-api.ts";
import { mountConsole } from "#server/http/mount-console.ts";
import { mountMetrics } from "#server/http/mount-metrics.ts";
import { mountOtlp } from "#server/http/mount-otlp.ts";
import { mountReadiness } from "#server/http/mount-readiness.ts";
import type { Routes } from "#server/http/routes.ts";
import { startMesh } from "#server/mesh/start-mesh.ts";
import { createAgentMethods } from "#server/mesh-rpc/agent-methods.ts";
import { PreviewThread } from "#server/preview/preview-thread.ts";
import { Registry } from "#server/registry/registry.ts";
import { createRegistryStore } from "#server/registry/store.ts";
import { requireRoom } from "#server/require-room.ts";
import { setRuntime } from "#server/runtime.ts";
import { writeServerFile } from "#server/server-file.ts";
import { CheckCache } from "#server/services/check-cache.ts";
import { createServices } from "#server/services/create-services.ts";
import { groupsByNamespace } from "#server/services/groups-by-namespace.ts";
import { MeshState } from "#server/services/mesh-state.ts";
import { Publisher } from "#server/services/publisher.ts";
import { DuckdbTelemetryStore } from "#server/telemetry/duckdb-store.ts";
import { whenRoom } from "#server/when-room.ts";

export interface ServerOptions {
  /** Databases and keys. */
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly xdsPort: number;
  /** xDS without TLS on loopback; null: none. */
  readonly plaintextPort: number | null;
  readonly trustDomain: string;
  readonly certTtlMs: number;
  /** Percent of requests that are traced where callers have not decided. */
  readonly traceSampling: number;
  readonly proxies: ProxySettings;
  readonly publicUrl: string | null;
  /** CIDRs in which instances may be beside where their agents connect from. */
  readonly instanceAddresses: readonly string[];
  /** Of one service account. */
  readonly instancesMax: number;
  readonly demoSignIn: boolean;
  readonly console: boolean;
}

const ROOT = resolve(import.meta.dirname, "..");
/** How long endpoints outlive their agent's connection. */
const INSTANCE_GRACE_MS = 60_000;
const CLOSE_GRACE_MS = 3000;
const LIMITS_TOLD_EVERY_MS = 60_000;
const SERVING_LIFE_MS = 24 * 60 * 60 * 1000;
const ROOM_LOOKED_FOR_EVERY_MS = 10_000;
const ENDED_KEPT_MS = 24 * 60 * 60 * 1000;

function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || host.startsWith("127.");
}

/** What a join token says when nobody says otherwise: a wildcard would lead each host to itself. */
function dialable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return hostname();
  return host.includes(":") ? `[${host}]` : host;
}

/** Composes and runs the server until `signal`; resolves when all that was accepted is finished and stored. */
export async function runServer(options: ServerOptions, signal: AbortSignal): Promise<void> {
  const { dir, host } = options;
  const log = createServerLogger();
  keepServing((fault, again) => log.error("a fault that nothing caught; the server goes on", { fault, again }));
  openDataDirectory(dir);
  const database = await openDatabase(join(dir, "pharos.db"), { migrations: join(ROOT, "prisma/migrations") });
  const { db } = database;
  const audit = createAudit(db, log);
  const noteLoss = (store: string, reason: string): void =>
    audit.write({
      actor: "pharos serve",
      action: "store.lost",
      resource: store,
      outcome: "failed",
      reason,
      from: "",
    });
  if (database.lost !== undefined) {
    log.error(database.lost);
    noteLoss("pharos.db", database.lost);
  }
  const limits = new LimitBook({
    now: Date.now,
    tell: ({ limit, party, count }) =>
      audit.write({
        actor: party,
        action: "limits.refuse",
        resource: limit,
        outcome: "refused",
        reason: `${count} more than may be of ${limit}`,
        from: "",
      }),
  });
  const telemetry = await DuckdbTelemetryStore.open({
    path: join(dir, "telemetry.duckdb"),
    warn: (message) => log.warn(message),
    onLoss: (reason) => noteLoss("telemetry.duckdb", reason),
    onLimit: (refused) => limits.add(refused),
  });
  const authority = await openAuthority(dir, options.trustDomain, process.env.PHAROS_CA_PASSPHRASE);
  const identities = new IdentityStore(db);
  const revocations = await RevocationBook.open(db);

  const store = createConfigStore(db);
  const settings: MeshSettings = {
    trustDomain: options.trustDomain,
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: options.traceSampling,
    proxies: options.proxies,
  };
  const { revision, resources } = await store.snapshotResources();
  const registryStore = createRegistryStore(db);
  const state = new MeshState({ revision, mesh: settings, resources, instances: await registryStore.list() });
  const publisher = new Publisher(
    state,
    () => mesh,
    (error) => log.error("a change did not reach the compiler", { error: error.toString(), stack: error.stack }),
  );
  const registry = await Registry.open({
    store: registryStore,
    findGroup: (namespace, name) => state.find("WorkloadGroup", namespace, name),
    groupsOf: groupsByNamespace(state),
    hasToken: (namespace, serviceAccount, group) => identities.hasJoined(namespace, serviceAccount, group),
    addresses: {
      allowed: options.instanceAddresses,
      isLoopbackMesh: isLoopback(host),
      ownAddresses: () =>
        Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    },
    instancesMax: options.instancesMax,
    onChange: (change) => publisher.publish({ revision: state.revision, upserts: [], deletes: [], ...change }),
    graceMs: INSTANCE_GRACE_MS,
  });

  const createCertificate = createCertificateService({
    authority,
    store: identities,
    revocations,
    findGroup: (namespace, name) => state.find("WorkloadGroup", namespace, name),
    lifeMs: options.certTtlMs,
    audit: (line) => audit.write(line),
  });
  const handlers = createAgentMethods({
    authority,
    createCertificate,
    registry,
    state,
    telemetry,
    onRefused: (line) => audit.write({ ...line, outcome: "refused" }),
  });
  const serving = await authority.issueServing(SERVING_LIFE_MS, Date.now());
  let revoked = await describeRevoked(revocations, identities, authority, Date.now());
  const mesh = await startMesh({
    snapshot: () => {
      const policy = buildRevokedPolicy(revoked);
      const snapshot = state.snapshot();
      return policy === undefined ? snapshot : { ...snapshot, resources: [...snapshot.resources, policy] };
    },
    host,
    port: options.xdsPort,
    plaintextPort: options.plaintextPort,
    tls: serving,
    revoked,
    trustDomain: options.trustDomain,
    handlers,
    onFailure: (path, error) => log.error("a call of the mesh port failed", { path, error: error.message }),
    onLimit: (refused) => limits.add(refused),
    onCrash: (error) =>
      log.error("the mesh thread died and is started again", { error: error.toString(), stack: error.stack }),
  });
  mesh.onEvent((event) => {
    if (event.kind === "connected") registry.connected(event.key, event.id);
    else if (event.kind === "disconnected") registry.disconnected(event.key, event.id);
    else if (event.kind === "refused")
      audit.write({
        actor: event.node,
        action: "xds.connect",
        resource: event.node,
        outcome: "refused",
        reason: event.reason,
        from: event.from,
      });
    else if (event.kind === "nack")
      for (const refusal of event.refusals)
        log.warn("a proxy refused configuration", {
          proxy: event.id,
          resource: refusal.resource,
          envoySays: refusal.message,
        });
  });
  const renewal = setInterval(() => {
    authority.issueServing(SERVING_LIFE_MS, Date.now()).then(
      (tls) => mesh.setTls(tls),
      (error: unknown) => log.error("the server's own certificate could not be renewed", { error: String(error) }),
    );
    void identities
      .forgetEnded(new Date(Date.now() - ENDED_KEPT_MS))
      .catch((error: unknown) => log.error("old certificates could not be forgotten", { error: String(error) }));
  }, SERVING_LIFE_MS / 2);

  const summary = setInterval(() => limits.summarize(), LIMITS_TOLD_EVERY_MS);
  const stopping = new AbortController();
  const feed = (async () => {
    for await (const event of store.watch(revision, stopping.signal)) publisher.publish(toSnapshotChange(event));
  })();
  feed.catch((error: unknown) => log.error("the revision feed broke", { error: String(error) }));

  const auth = await createAuth({
    db,
    dir,
    baseUrl: options.publicUrl ?? `http://${host}:${options.port}`,
    isLoopback: isLoopback(host),
    demoSignIn: options.demoSignIn,
    audit,
    log,
  });
  const atRoom = (what: string, work: () => Promise<unknown>): Promise<void> =>
    whenRoom(work, {
      everyMs: ROOM_LOOKED_FOR_EVERY_MS,
      signal: stopping.signal,
      onFull: (error) => log.warn(`${what} has to wait for room on the disk`, { error: error.toString() }),
    });
  await atRoom("the administrator's token", () => auth.ensureAdminToken());
  const checks = new CheckCache(state, checkConfig);
  const previews = new PreviewThread({ snapshot: () => state.snapshot(), nodes: () => mesh.nodes() });
  publisher.onPublish((change) => previews.follow(change));
  const services = createServices({
    store,
    mesh,
    telemetry,
    state,
    identities,
    revocations,
    publishRevoked: async (now) => {
      revoked = now;
      await mesh.setRevoked(now);
      const policy = buildRevokedPolicy(now);
      await publisher.compile(
        policy === undefined ? { upserts: [], deletes: [REVOKED_POLICY] } : { upserts: [policy], deletes: [] },
      );
    },
    dropInstances: (isMeant) =>
      registry.dropOf((account) => isMeant(formatSpiffeId({ trustDomain: options.trustDomain, ...account }))),
    authority,
    audit,
    auth,
    check: (change) => (change === undefined ? [...checks.run(), ...publisher.failures] : checks.run(change)),
    explain: (name) => explainService(state.snapshot(), name),
    publisher,
    previews,
    xdsAddress: `${dialable(host)}:${mesh.port}`,
    demoSignIn: options.demoSignIn,
    refused: () => limits.list(),
    clockAheadMs: (instance) => registry.clockAheadMs(instance),
    problems: (instance) => registry.problems(instance),
    findInstance: (instance) => registry.known(instance),
  });

  const onRefused: ApiContext["onRefused"] = (procedure, principal, from, reason) =>
    audit.write({
      actor: principal?.name ?? "anonymous",
      action: procedure,
      resource: "",
      outcome: "refused",
      reason,
      from,
    });
  const onError = (error: PharosError, path: string): void =>
    log.error("a request failed", { path, error: error.toString(), stack: error.stack });
  const api = mountApi({
    onError,
    createContext: async (request) => {
      auth.checkOrigin(request);
      return {
        services,
        principal: await auth.authenticate(request),
        from: request.socket.remoteAddress ?? "",
        onRefused,
      };
    },
  });
  setRuntime({
    createCaller: async (headers) => {
      const asRequest = { headers: Object.fromEntries(headers), method: "GET", socket: { remoteAddress: "" } };
      return createApiCaller({
        services,
        principal: await auth.authenticate(asRequest as never),
        from: "console",
        onRefused,
      });
    },
  });
  const routes: Routes = {
    "/api/trpc": api,
    "/api/auth": (request, response) => auth.handleHttp(request, response),
    "/v1/traces": mountOtlp(telemetry, auth),
    "/healthz": (_, response) => sendText(response, 200, "ok\n"),
    "/readyz": mountReadiness({
      "the mesh thread": () => mesh.memory(),
      "the database": () => db.setting.count(),
      "the data directory's disk": () => requireRoom(dir),
    }),
    "/metrics": mountMetrics(telemetry, auth, { isLoopback: isLoopback(host), refused: () => limits.totals }),
    ...(options.console ? { "/": await mountConsole(ROOT, host, options.port) } : {}),
  } satisfies Partial<Record<Endpoint, HttpHandler>>;
  const guarded = guardHost(routes, {
    isLoopback: isLoopback(host),
    publicUrl: options.publicUrl,
    onRefused: (request, reason) => auth.noteRefused(request, reason),
  });
  const http = await createHttpServer(host, options.port, guarded, onError, (limit, party) =>
    limits.add({ limit, party, count: 1 }),
  );
  const url = options.publicUrl ?? `http://${host}:${http.port}`;
  await atRoom("server.json", async () =>
    writeServerFile(dir, { console: url, xds: `${host}:${mesh.port}`, pid: process.pid }),
  );
  log.info("pharos serves", { console: url, xds: `${host}:${mesh.port}`, revision, instances: registry.list().length });
  if (options.demoSignIn) log.info("everybody on this machine is signed in as administrator (--demo-sign-in)");
  await atRoom("the link to make the first account", async () => {
    const setup = await auth.setupLink(url);
    if (setup !== null && !options.demoSignIn) log.info(`make the first account here, once: ${setup}`);
  });

  await new Promise<void>((done) =>
    signal.aborted ? done() : signal.addEventListener("abort", () => done(), { once: true }),
  );
  log.info("stopping");
  clearInterval(renewal);
  clearInterval(summary);
  stopping.abort();
  await http.close(CLOSE_GRACE_MS);
  await feed.catch(() => undefined);
  registry.close();
  await previews.close();
  await mesh.close();
  await telemetry.close();
  await audit.close();
  await database.close();
}
