import { expandHost, hostMatches } from "#core/host/host.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { Resource } from "#core/resource/resource.ts";
import {
  type ChangeOf,
  CONCERNED,
  type ConcernContext,
  type Concerning,
  NOT_CONCERNED,
  versionsOf,
} from "#core/traffic/concern.ts";
import type { CountedTraffic } from "#core/traffic/counted-traffic.ts";

export type IsConcerned = (traffic: CountedTraffic) => boolean;

/** What any of the tests takes, counted under `basis`. */
export function concernByAny(basis: string, tests: readonly IsConcerned[]): Concerning {
  return { basis, of: (traffic) => (tests.some((test) => test(traffic)) ? CONCERNED : NOT_CONCERNED) };
}

/** What resources that are about hosts count. */
export const TO_ITS_HOSTS = "requests to its hosts";

/** What goes to the hosts that a resource is about, before the change or after it. */
export function concernByHosts<K extends Kind>(
  change: ChangeOf<K>,
  context: ConcernContext,
  hostsOf: (resource: Resource<K>) => readonly string[],
): Concerning {
  return concernByAny(
    TO_ITS_HOSTS,
    versionsOf(change).map((resource) => toHosts(hostsOf(resource), resource.metadata.namespace, context)),
  );
}

/** Of hosts as a resource of this namespace names them. */
export function toHosts(hosts: readonly string[], namespace: string, { mesh }: ConcernContext): IsConcerned {
  const patterns = hosts.map((host) => expandHost(host, namespace, mesh.domainSuffix));
  return ({ key }) => patterns.some((pattern) => hostMatches(pattern, key.destinationService));
}
