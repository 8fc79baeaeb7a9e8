import type { Resource } from "#core/resource/resource.ts";

/** Hosts that a VirtualService sends or copies requests to, as it names them. */
export function destinationsOf({ spec }: Resource<"VirtualService">): Set<string> {
  const names = new Set<string>();
  for (const { route = [], mirror, mirrors = [] } of spec.http ?? []) {
    for (const { destination } of [...route, ...mirrors, ...(mirror === undefined ? [] : [{ destination: mirror }])])
      names.add(destination.host);
  }
  for (const { route = [] } of [...(spec.tls ?? []), ...(spec.tcp ?? [])])
    for (const { destination } of route) names.add(destination.host);
  return names;
}
