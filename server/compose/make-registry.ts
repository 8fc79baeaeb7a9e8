import { ofKind } from "#core/resource/of-kind.ts";
import { refOf } from "#core/resource/resource.ts";
import { hasGrant } from "#server/ca/has-grant.ts";
import type { Config } from "#server/compose/make-config.ts";
import type { IdentityParts } from "#server/compose/make-identity.ts";
import { isLoopback } from "#server/listen-address.ts";
import { ownAddresses } from "#server/own-addresses.ts";
import type { OwnListeners } from "#server/own-listeners.ts";
import { Registry } from "#server/registry/registry.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { groupsByNamespace } from "#server/services/groups-by-namespace.ts";
import { startSettingsOf } from "#server/services/start-settings-of.ts";

/** How long endpoints outlive their agent's connection. */
const INSTANCE_GRACE_MS = 60_000;

/** The instances there are. A change of them is published as one of the configuration is. */
export async function makeRegistry(
  { host, instanceAddresses, instancesMax }: Pick<ServerOptions, "host" | "instanceAddresses" | "instancesMax">,
  { registryStore, state, publisher }: Config,
  { authority: { trustDomain }, identities, revocations }: IdentityParts,
  listeners: OwnListeners,
): Promise<Registry> {
  const grants = { trustDomain, store: identities, revocations };
  let isOpen = false;
  const registry = await Registry.open({
    store: registryStore,
    findGroup: (namespace, name) => state.find("WorkloadGroup", namespace, name),
    groupsOf: groupsByNamespace(state),
    hasToken: (group, serviceAccount) => hasGrant(grants, group, serviceAccount),
    startSettings: startSettingsOf(state),
    addresses: {
      allowed: instanceAddresses,
      isLoopbackMesh: isLoopback(host),
      ownAddresses,
      isServers: (address, port) => listeners.has(address, port),
    },
    instancesMax,
    onChange: (instances) => {
      const change = { revision: state.revision, upserts: [], deletes: [], ...instances };
      // The compiler begins with the state as it is once the registry is open.
      if (isOpen) publisher.publish(change);
      else state.apply(change);
    },
    graceMs: INSTANCE_GRACE_MS,
  });
  isOpen = true;
  publisher.onPublish(({ upserts, deletes }) => {
    for (const { namespace, name } of ofKind([...upserts.map(refOf), ...deletes], "WorkloadGroup"))
      void registry.regroup(namespace, name);
  });
  return registry;
}
