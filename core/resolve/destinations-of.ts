import { expandHost } from "#core/host/host.ts";
import type { Resource } from "#core/resource/resource.ts";

/** Hosts that a VirtualService sends or copies requests to, by their whole names. */
export function destinationsOf({ spec, metadata }: Resource<"VirtualService">, domainSuffix: string): Set<string> {
  const hosts = new Set<string>();
  const add = (name: string): unknown => hosts.add(expandHost(name, metadata.namespace, domainSuffix));
  for (const { route = [], mirror, mirrors = [] } of spec.http ?? []) {
    for (const { destination } of [...route, ...mirrors, ...(mirror === undefined ? [] : [{ destination: mirror }])])
      add(destination.host);
  }
  for (const { route = [] } of [...(spec.tls ?? []), ...(spec.tcp ?? [])])
    for (const { destination } of route) add(destination.host);
  return hosts;
}
