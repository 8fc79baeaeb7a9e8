import { networkInterfaces } from "node:os";
import { refOf } from "#core/resource/resource.ts";
import { hasGrant } from "#server/ca/has-grant.ts";
import type { Config } from "#server/compose/make-config.ts";
import type { IdentityParts } from "#server/compose/make-identity.ts";
import { isLoopback } from "#server/listen-address.ts";
import { Registry } from "#server/registry/registry.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { groupsByNamespace } from "#server/services/groups-by-namespace.ts";

/** How long endpoints outlive their agent's connection. */
const INSTANCE_GRACE_MS = 60_000;

/** The instances there are. A change of them is published as one of the configuration is. */
export async function makeRegistry(
  { host, instanceAddresses, instancesMax }: Pick<ServerOptions, "host" | "instanceAddresses" | "instancesMax">,
  { registryStore, state, publisher }: Config,
  { authority: { trustDomain }, identities, revocations }: IdentityParts,
): Promise<Registry> {
  const grants = { trustDomain, store: identities, revocations };
  const registry = await Registry.open({
    store: registryStore,
    findGroup: (namespace, name) => state.find("WorkloadGroup", namespace, name),
    groupsOf: groupsByNamespace(state),
    hasToken: (group, serviceAccount) => hasGrant(grants, group, serviceAccount),
    addresses: {
      allowed: instanceAddresses,
      isLoopbackMesh: isLoopback(host),
      ownAddresses: () =>
        Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    },
    instancesMax,
    onChange: (change) => publisher.publish({ revision: state.revision, upserts: [], deletes: [], ...change }),
    graceMs: INSTANCE_GRACE_MS,
  });
  publisher.onPublish(({ upserts, deletes }) => {
    // What the disk does not take is done when the agent is heard next, or its connection ends.
    for (const { kind, namespace, name } of [...upserts.map(refOf), ...deletes])
      if (kind === "WorkloadGroup") registry.regroup(namespace, name).catch(() => undefined);
  });
  return registry;
}
