import { leadsIntoMesh } from "#core/resolve/endpoints.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";

/**
 * Whether callers in a namespace tell a host which workload they are (`PEER_HEADER`): whoever is outside of the mesh
 * does not learn it, whichever name the caller used and whatever routed the request there.
 */
export function isToldPeer(world: CallerReader, namespace: string, host: string): boolean {
  const service = world.service(host, namespace);
  return service !== undefined && leadsIntoMesh(world, service);
}
