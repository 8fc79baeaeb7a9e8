import { listDestinations } from "#core/kinds/virtual-service/list-destinations.ts";
import { delegateOf } from "#core/resolve/delegates.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { Resource } from "#core/resource/resource.ts";
import { type ChangeOf, type ConcernContext, type Concerning, versionsOf } from "#core/traffic/concern.ts";
import { concernByAny, type IsConcerned, TO_ITS_HOSTS, toHosts } from "#core/traffic/concern-hosts.ts";

export function concernByVirtualService(change: ChangeOf<"VirtualService">, context: ConcernContext): Concerning {
  return concernByAny(
    TO_ITS_HOSTS,
    versionsOf(change).flatMap((resource) => {
      const isNow = resource === change.before;
      if ((resource.spec.hosts ?? []).length > 0) return testsOf(resource, resource, context, isNow);
      // A delegate is for the hosts of whoever delegates to it.
      const { namespace, name } = resource.metadata;
      return ofKind(context.resources, "VirtualService")
        .filter(({ spec, metadata }) =>
          (spec.http ?? []).some((http) => delegateOf(http, metadata.namespace)?.join("/") === `${namespace}/${name}`),
        )
        .flatMap((root) => testsOf(root, resource, context, isNow));
    }),
  );
}

/**
 * At sidecars what is for its hosts, or for where it sends them now; at gateways, where the host that was asked for is not
 * told by what was counted, for where it sends. Hosts and gateways are the first one's, routes the second's.
 */
function testsOf(
  resource: Resource<"VirtualService">,
  routing: Resource<"VirtualService">,
  context: ConcernContext,
  isNow: boolean,
): IsConcerned[] {
  const { metadata, spec } = resource;
  const { namespace } = metadata;
  const gateways = gatewaysOf(resource);
  const isOfHosts = toHosts(spec.hosts ?? [], namespace, context);
  const destinations = listDestinations(routing.spec).map(({ destination }) => destination.host);
  const isSentTo = toHosts(destinations, routing.metadata.namespace, context);
  const tests: IsConcerned[] = [];
  if (gateways.includes("mesh"))
    tests.push((traffic) => !traffic.key.fromGateway && (isOfHosts(traffic) || (isNow && isSentTo(traffic))));
  if (gateways.some((name) => name !== "mesh")) tests.push((traffic) => traffic.key.fromGateway && isSentTo(traffic));
  return tests;
}
