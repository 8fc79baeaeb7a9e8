import type { Snapshot } from "#core/registry/snapshot.ts";
import { resolveEndpoints } from "#core/resolve/endpoints.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import type { WrittenEndpoint } from "#core/view/service.ts";
import { listServices } from "#server/services/service-directory.ts";

/** More than people read. */
const ENDPOINTS_MAX = 100;

/** Who answers at a host because resources say so, registered instances apart; the same place once. */
export function writtenEndpoints(snapshot: Snapshot, host: string): readonly WrittenEndpoint[] {
  const namespace = listServices(snapshot).get(host)?.namespace;
  if (namespace === undefined) return [];
  const reader = createSnapshotReader(snapshot);
  const service = reader.service(host, namespace);
  if (service === undefined) return [];
  const found = new Map<string, WrittenEndpoint>();
  for (const port of service.ports)
    for (const endpoint of resolveEndpoints(reader, service, port))
      if (!endpoint.isRegistered)
        found.set(`${endpoint.address} ${endpoint.port}`, {
          address: endpoint.address,
          port: endpoint.port,
          locality: endpoint.locality,
        });
  return [...found.values()].slice(0, ENDPOINTS_MAX);
}
