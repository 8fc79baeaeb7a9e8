import { PharosError } from "#core/errors.ts";
import { formatJoinToken } from "#core/identity/join-token.ts";
import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import type { RefusedEntry } from "#core/limits/limit-book.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import type { Trace } from "#core/telemetry/trace.ts";
import { parseField } from "#core/traceql/parse-traceql.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { RedactionView } from "#core/view/redaction.ts";
import type { StorageView } from "#core/view/storage.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Auth } from "#server/auth/auth.ts";
import type { Authority } from "#server/ca/authority.ts";
import { describeRevocation, type RevocationBook } from "#server/ca/revocations.ts";
import type { IdentityStore } from "#server/ca/store.ts";
import type { CredentialBook } from "#server/credentials/credential-book.ts";
import { createAudited } from "#server/services/audited.ts";
import { createCatalogService } from "#server/services/catalog-service.ts";
import { checkTokenGroup } from "#server/services/check-token-group.ts";
import { type ConfigServiceOptions, createConfigService } from "#server/services/config-service.ts";
import { createCredentialService } from "#server/services/credential-service.ts";
import { describeAuthentication } from "#server/services/describe-authentication.ts";
import { describeGateways } from "#server/services/describe-gateways.ts";
import { describeProxy } from "#server/services/describe-proxy.ts";
import type { RetentionInput } from "#server/services/inputs.ts";
import { createLimitService, type LimitServiceOptions } from "#server/services/limit-service.ts";
import { createLimitUseService } from "#server/services/limit-use-service.ts";
import { createOverviewService } from "#server/services/overview-service.ts";
import { refuseReserved } from "#server/services/refuse-reserved.ts";
import { createRequestService } from "#server/services/request-service.ts";
import { createRevocationService, type RevocationServiceOptions } from "#server/services/revocation-service.ts";
import type { Services } from "#server/services/services.ts";
import { createSimulateService } from "#server/services/simulate-service.ts";
import { createTapService, type TapServiceOptions } from "#server/services/tap-service.ts";
import { createTopologyService } from "#server/services/topology-service.ts";
import manifest from "../../package.json" with { type: "json" };

export interface ServicesOptions extends Omit<ConfigServiceOptions, "audit"> {
  readonly effects: Services["effects"];
  readonly health: Services["health"];
  readonly objectives: Services["objectives"];
  readonly alerts: Services["alerts"];
  readonly identities: IdentityStore;
  readonly revocations: RevocationBook;
  readonly notify: RevocationServiceOptions["notify"];
  readonly dropInstances: RevocationServiceOptions["dropInstances"];
  readonly authority: Authority;
  readonly credentials: CredentialBook;
  readonly limits: Pick<LimitServiceOptions, "leases" | "ledger">;
  readonly audit: Audit;
  readonly auth: Auth;
  readonly explain: (host: string) => readonly AppliedResource[];
  /** host:port that agents dial. */
  readonly xdsAddress: string;
  readonly refused: () => readonly RefusedEntry[];
  readonly storage: () => Promise<StorageView>;
  readonly setRetention: (given: RetentionInput) => Promise<void>;
  readonly taps: {
    readonly desk: TapServiceOptions["desk"];
    readonly redaction: { describe(): RedactionView; set(patterns: readonly string[]): Promise<void> };
  };
  readonly demoSignIn: boolean;
  readonly isDiskFull: () => Promise<boolean>;
  /** Of the host of an instance, `namespace/name`; undefined while it is near enough. */
  readonly clockAheadMs: (instance: string) => number | undefined;
  /** What the agent of an instance, `namespace/name`, says an operator should look at on its host. */
  readonly problems: (instance: string) => readonly string[];
  /** What of the settings that its Envoy is to be started with that does not run with. */
  readonly settingsNotes: (instance: string) => readonly string[];
  /** The instance that is registered now (`namespace/name`). */
  readonly findInstance: (instance: string) => WorkloadInstance | undefined;
}

const GAPS_SHOWN_MS = 24 * 3600_000;

/** Everything the API serves. */
export function createServices(options: ServicesOptions): Services {
  const {
    store,
    mesh,
    telemetry,
    state,
    identities,
    authority,
    audit,
    auth,
    checks,
    explain,
    publisher,
    previews,
    applies,
  } = options;
  const catalog = createCatalogService({ state, mesh, telemetry, explain });
  const config = createConfigService({
    store,
    mesh,
    telemetry,
    state,
    checks,
    publisher,
    keys: options.keys,
    files: options.files,
    previews,
    applies,
    audit: ({ caller, ...line }) => audit.write({ ...line, actor: caller.principal.name, from: caller.from }),
  });
  const audited = createAudited(audit);

  /** With what is known of its instance, whatever the proxy said of itself. */
  function asRegistered<P extends ProxyStatus>(proxy: P): P {
    const key = `${proxy.namespace}/${proxy.name}`;
    return describeProxy(proxy, {
      found: options.findInstance(key),
      clockAheadMs: options.clockAheadMs(key),
      problems: options.problems(key),
      settingsNotes: options.settingsNotes(key),
    });
  }

  async function findTrace(traceId: string): Promise<Trace> {
    const trace = await telemetry.trace(traceId);
    if (trace === undefined)
      throw new PharosError("not-found", `no trace ${traceId}`, {
        hint: "its spans may not have arrived yet, or are past retention",
      });
    return trace;
  }

  return {
    session: {
      describe: async (principal) => ({
        principal,
        isDemoSignIn: options.demoSignIn && principal?.name === "demo",
        needsSetup: !options.demoSignIn && (await auth.needsSetup()),
        version: manifest.version,
        xdsAddress: principal === null ? null : options.xdsAddress,
      }),
    },
    overview: createOverviewService({
      state,
      mesh,
      telemetry,
      store,
      catalog,
      config,
      isDiskFull: options.isDiskFull,
    }),
    topology: createTopologyService({ state, telemetry }),
    catalog,
    config,
    effects: options.effects,
    health: options.health,
    objectives: options.objectives,
    alerts: options.alerts,
    simulate: createSimulateService({ store, mesh, state, previews }),
    traces: {
      search: (query) => telemetry.searchTraces(query),
      get: findTrace,
      attributes: () => telemetry.spanNames(),
      values: (field) => telemetry.spanValues(parseField(field)),
      similar: async (traceId) => telemetry.similarTraces(await findTrace(traceId)),
    },
    logs: { list: (query) => telemetry.logs(query) },
    requests: createRequestService({
      telemetry,
      config,
      tap: createTapService({ desk: options.taps.desk, audit }),
    }),
    proxies: {
      list: async () => (await mesh.proxies()).map(asRegistered),
      async get(id) {
        const proxy = await mesh.proxy(id);
        if (proxy === undefined)
          throw new PharosError("not-found", `no proxy ${id} is known`, {
            hint: "the list shows those that have connected",
          });
        const described = asRegistered(proxy);
        const endMs = Date.now();
        const gaps = await telemetry.gapsOf(`${described.namespace}/${described.workload}`, {
          startMs: endMs - GAPS_SHOWN_MS,
          endMs,
        });
        return gaps.length === 0 ? described : { ...described, gaps };
      },
      async config(id, type) {
        const config = await mesh.proxyConfig(id, type);
        if (config === undefined)
          throw new PharosError("not-found", `proxy ${id} is not connected`, {
            hint: "its last good configuration is on its own host",
          });
        return config;
      },
    },
    identity: {
      list: () => identities.listIssued(new Date(), (credential) => options.revocations.find(credential)),
      ...createRevocationService({
        book: options.revocations,
        identities,
        authority,
        audited,
        notify: options.notify,
        dropInstances: options.dropInstances,
      }),
      joinTokens: () => identities.listTokens(new Date()),
      async createJoinToken({ namespace, serviceAccount, group, ttlSeconds, server }, caller) {
        const createdAt = new Date();
        const expiresAt = new Date(createdAt.getTime() + ttlSeconds * 1000);
        const { id, secret } = await audited(
          { action: "identity.createJoinToken", resource: `${namespace}/${serviceAccount}`, caller },
          async () => {
            refuseReserved(namespace, serviceAccount);
            checkTokenGroup(state, { namespace, serviceAccount, group });
            refuseRevoked(
              options.revocations,
              formatSpiffeId({ trustDomain: authority.trustDomain, namespace, serviceAccount }),
            );
            return identities.createToken({
              namespace,
              serviceAccount,
              group: group ?? null,
              expiresAt,
              createdAt,
              createdBy: caller.principal.name,
            });
          },
          (made) => `token ${made.id}`,
        );
        const token = formatJoinToken({
          server: server ?? options.xdsAddress,
          rootFingerprint: authority.fingerprint,
          id,
          secret,
          trustDomain: authority.trustDomain,
          namespace,
          serviceAccount,
          ...(group === undefined ? {} : { group }),
        });
        return { token, id, expiresAt: expiresAt.toISOString() };
      },
      revokeJoinToken: (id, caller) =>
        audited({ action: "identity.revokeJoinToken", resource: id, caller }, async () => {
          await identities.revokeToken(id, new Date());
        }),
    },
    authentication: {
      async get(seconds) {
        const endMs = Date.now();
        const graph = await telemetry.graph({ view: "workload", startMs: endMs - seconds * 1000, endMs });
        return describeAuthentication({ snapshot: state.snapshot(), graph, keysAt: options.keys.at });
      },
    },
    limitUse: createLimitUseService({ state, mesh, telemetry }),
    gateways: {
      list: async () =>
        describeGateways({
          snapshot: state.snapshot(),
          credentials: options.credentials.facts(),
          proxies: await mesh.proxies(),
          findings: await config.diagnostics(),
        }),
    },
    credentials: createCredentialService({ book: options.credentials, audited, notify: options.notify, state }),
    limits: createLimitService({ ...options.limits, audited }),
    access: {
      createApiToken: ({ name, role, ttlSeconds }, caller) =>
        audited(
          { action: "access.createApiToken", resource: name, caller },
          () =>
            auth.createApiToken({
              name,
              role,
              ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
              createdBy: caller.principal.name,
            }),
          () => role,
        ),
      apiTokens: () => auth.listApiTokens(),
      revokeApiToken: (id, caller) =>
        audited({ action: "access.revokeApiToken", resource: id, caller }, () => auth.revokeApiToken(id)),
      refusals: async () =>
        options.refused().map(({ limit, party, count, firstMs, lastMs }) => ({
          limit,
          party,
          count,
          firstAt: new Date(firstMs).toISOString(),
          lastAt: new Date(lastMs).toISOString(),
        })),
      storage: options.storage,
      redaction: async () => options.taps.redaction.describe(),
      setRedaction: (patterns, caller) =>
        audited(
          { action: "access.setRedaction", resource: "headers of tapped requests", caller },
          () => options.taps.redaction.set(patterns),
          () => options.taps.redaction.describe().patterns.join(", "),
        ),
      setRetention: (given, caller) =>
        audited(
          { action: "access.setRetention", resource: "telemetry", caller },
          () => options.setRetention(given),
          () => JSON.stringify(given),
        ),
      audit: (filter) => audit.list(filter),
    },
  };
}

/** Throws "conflict": a token for it would be spent on a refusal. */
function refuseRevoked(book: RevocationBook, spiffeId: string): void {
  const found = book.find({ spiffeId });
  if (found !== undefined)
    throw new PharosError("conflict", `${spiffeId} ${describeRevocation(found)}`, {
      hint: `lift it first: \`pharos revoke lift ${found.id}\``,
    });
}
