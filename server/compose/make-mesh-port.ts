import type { Revoked } from "#core/identity/revoked.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { Logger } from "#node/log.ts";
import { createCertificateService } from "#server/ca/certificate-service.ts";
import { describeRevoked } from "#server/ca/describe-revoked.ts";
import { buildRevokedPolicy, REVOKED_POLICY } from "#server/ca/revoked-policy.ts";
import type { Config } from "#server/compose/make-config.ts";
import type { IdentityParts } from "#server/compose/make-identity.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import { publishCredentials } from "#server/compose/publish-credentials.ts";
import type { CredentialBook } from "#server/credentials/credential-book.ts";
import type { LeaseDesk } from "#server/limits/lease-desk.ts";
import { type MeshHandle, startMesh } from "#server/mesh/start-mesh.ts";
import { createAgentMethods } from "#server/mesh-rpc/agent-methods.ts";
import type { OwnMetrics } from "#server/own-metrics/own-metrics.ts";
import type { Registry } from "#server/registry/registry.ts";
import type { ServerOptions } from "#server/server-options.ts";
import type { TapDesk } from "#server/taps/tap-desk.ts";

const SERVING_LIFE_MS = 24 * 60 * 60 * 1000;
const ENDED_KEPT_MS = 24 * 60 * 60 * 1000;

/** xDS, certificates and agents, in their thread. */
export interface MeshPort {
  readonly mesh: MeshHandle;
  close(): Promise<void>;
}

export interface MeshPortParts extends IdentityParts {
  readonly options: Pick<ServerOptions, "host" | "xdsPort" | "plaintextPort" | "trustDomain" | "certTtlMs">;
  readonly stores: Pick<Stores, "audit" | "limits" | "telemetry">;
  readonly config: Pick<Config, "state" | "publisher" | "notify">;
  readonly registry: Registry;
  readonly credentials: CredentialBook;
  readonly leases: LeaseDesk;
  readonly ownMetrics: Pick<OwnMetrics, "countCertificates">;
  readonly taps: Pick<TapDesk, "take">;
  readonly log: Logger;
}

export async function makeMeshPort(parts: MeshPortParts): Promise<MeshPort> {
  const { options, config, registry, authority, identities, revocations, log } = parts;
  const { audit, limits, telemetry } = parts.stores;
  const { state, publisher } = config;
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
    createCertificate: parts.ownMetrics.countCertificates(createCertificate),
    registry,
    state,
    telemetry: telemetry.ingest,
    leases: parts.leases,
    taps: parts.taps,
    onRefused: (line) => audit.write({ ...line, outcome: "refused" }),
  });
  const tls = await authority.issueServing(SERVING_LIFE_MS, Date.now());
  const readRevoked = () => describeRevoked(revocations, identities, authority, Date.now());
  const revoked = await readRevoked();
  const publishing = publishCredentials(parts.credentials, () => mesh, publisher);
  publisher.begin(policiesOf(revoked), { credentials: publishing.facts() });
  const mesh = await startMesh({
    snapshot: () => publisher.world(),
    host: options.host,
    port: options.xdsPort,
    plaintextPort: options.plaintextPort,
    tls,
    revoked,
    credentials: publishing.material,
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
        actor: event.actor,
        action: "xds.connect",
        resource: event.node,
        outcome: "refused",
        reason: event.reason,
        from: event.from,
      });
    else if (event.kind === "denied")
      audit.write({
        actor: event.actor,
        action: "credentials.read",
        resource: event.name,
        outcome: "refused",
        reason: `proxy ${event.id} asked for a credential that its configuration does not name`,
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
      (renewed) => mesh.setTls(renewed),
      (error: unknown) => log.error("the server's own certificate could not be renewed", { error: String(error) }),
    );
    void identities
      .forgetEnded(new Date(Date.now() - ENDED_KEPT_MS))
      .catch((error: unknown) => log.error("old certificates could not be forgotten", { error: String(error) }));
  }, SERVING_LIFE_MS / 2);
  // Refused from here on by the mesh port, and by every proxy. One after another: the last to be told is what the store has.
  let published: Promise<unknown> = Promise.resolve();
  const publishRevoked = async (): Promise<void> => {
    await revocations.read();
    const now = await readRevoked();
    await mesh.setRevoked(now);
    const upserts = policiesOf(now);
    await publisher.compile({ upserts, deletes: upserts.length === 0 ? [REVOKED_POLICY] : [] });
  };
  const stopListening = config.notify.on("revocations", () => {
    const next = published.then(publishRevoked);
    published = next.catch(() => undefined);
    return next;
  });
  const stopCredentials = config.notify.on("credentials", publishing.publish);
  return {
    mesh,
    async close() {
      stopListening();
      stopCredentials();
      clearInterval(renewal);
      await mesh.close();
    },
  };
}

function policiesOf(revoked: Revoked): readonly AnyResource[] {
  const policy = buildRevokedPolicy(revoked);
  return policy === undefined ? [] : [policy];
}
