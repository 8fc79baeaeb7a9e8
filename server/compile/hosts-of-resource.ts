import { normalizeHost } from "#core/host/host.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** Host names mean the same in either case, with a dot at their end and without; what is compared is in one form. UDP is not proxied: its ports are as if not there. */
export function normalize(resource: AnyResource): AnyResource {
  if (resource.kind !== "ServiceEntry") return resource;
  const { hosts, ports = [] } = resource.spec;
  const lower = [...new Set(hosts.map(normalizeHost))];
  const proxied = ports.filter(({ protocol }) => protocol?.toUpperCase() !== "UDP");
  if (lower.join() === hosts.join() && proxied.length === ports.length) return resource;
  return { ...resource, spec: { ...resource.spec, hosts: lower, ports: proxied } };
}

/** Hosts that a VirtualService sends or copies requests to, as it names them. */
export function destinationsOf({ spec }: Resource<"VirtualService">): Set<string> {
  const names = new Set<string>();
  for (const { route = [], mirror, mirrors = [] } of spec.http ?? []) {
    for (const { destination } of [...route, ...mirrors, ...(mirror === undefined ? [] : [{ destination: mirror }])])
      names.add(destination.host);
  }
  for (const { route = [] } of spec.tcp ?? []) for (const { destination } of route) names.add(destination.host);
  return names;
}
