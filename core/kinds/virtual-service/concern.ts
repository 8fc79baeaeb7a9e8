import { listDestinations } from "#core/kinds/virtual-service/list-destinations.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import type { Resource } from "#core/resource/resource.ts";
import { type ChangeOf, type ConcernContext, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByAny, type IsConcerned, TO_ITS_HOSTS, toHosts } from "#core/traffic/concern-hosts.ts";

export function concernByVirtualService(change: ChangeOf<"VirtualService">, context: ConcernContext): Concerning {
  return concernByAny(
    TO_ITS_HOSTS,
    versionsOf(change).flatMap((resource) => testsOf(resource, context, resource === change.before)),
  );
}

/**
 * At sidecars what is for its hosts, or for where it sends them now; at gateways, where the host that was asked for is not
 * told by what was counted, for where it sends.
 */
function testsOf(resource: Resource<"VirtualService">, context: ConcernContext, isNow: boolean): IsConcerned[] {
  const { metadata, spec } = resource;
  const { namespace } = metadata;
  const gateways = gatewaysOf(resource);
  const isOfHosts = toHosts(spec.hosts ?? [], namespace, context);
  const destinations = listDestinations(spec).map(({ destination }) => destination.host);
  const isSentTo = toHosts(destinations, namespace, context);
  const tests: IsConcerned[] = [];
  if (gateways.includes("mesh"))
    tests.push((traffic) => !traffic.key.fromGateway && (isOfHosts(traffic) || (isNow && isSentTo(traffic))));
  if (gateways.some((name) => name !== "mesh")) tests.push((traffic) => traffic.key.fromGateway && isSentTo(traffic));
  return tests;
}
