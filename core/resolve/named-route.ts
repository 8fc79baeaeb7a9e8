import { expandHost } from "#core/host/host.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Hosts that the HTTP routes of a name in a VirtualService lead to, by their whole names; undefined where none is called so. */
export function hostsOfRoute(
  { spec, metadata }: Resource<"VirtualService">,
  name: string,
  domainSuffix: string,
): ReadonlySet<string> | undefined {
  const named = (spec.http ?? []).filter((http) => http.name === name);
  if (named.length === 0) return undefined;
  const destinations = named.flatMap(({ route = [] }) => route);
  return new Set(destinations.map(({ destination }) => expandHost(destination.host, metadata.namespace, domainSuffix)));
}
