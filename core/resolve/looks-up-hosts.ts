import { hostsLedTo } from "#core/resolve/hosts-led-to.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { DecidingRoutes } from "#core/resolve/routes.ts";

/** Whether requests to a host, or where the routes for it lead them, go to whichever name each asks for; a copy of them never does. */
export function looksUpHosts(
  reader: Pick<CallerReader, "service" | "mesh">,
  host: string,
  used: DecidingRoutes | undefined,
  namespace: string,
): boolean {
  const isLookedUp = (each: string): boolean => reader.service(each, namespace)?.resolution === "dynamic-dns";
  if (used === undefined) return isLookedUp(host);
  const owner = used.service.metadata.namespace;
  return used.routes.some(({ http }) => [...hostsLedTo(http.route, owner, reader.mesh.domainSuffix)].some(isLookedUp));
}
