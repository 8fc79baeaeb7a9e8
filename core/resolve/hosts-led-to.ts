import { expandHost } from "#core/host/host.ts";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";

/** Where a route sends anything: one of several destinations without a weight gets nothing. */
export function hostsLedTo(
  destinations: readonly RouteDestination[] = [],
  namespace: string,
  domainSuffix: string,
): ReadonlySet<string> {
  return new Set(
    destinations
      .filter(({ weight = 0 }) => destinations.length === 1 || weight > 0)
      .map(({ destination }) => expandHost(destination.host, namespace, domainSuffix)),
  );
}
