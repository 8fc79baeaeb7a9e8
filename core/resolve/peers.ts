import { zoneOf } from "#core/model/locality.ts";
import { type EndpointReader, resolveEndpoints } from "#core/resolve/endpoints.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { Peers } from "#core/resolve/zone-load.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Those who call beside a caller: all of the oldest service that selects it; none where there is no such service. */
export function resolvePeers(
  reader: Pick<MeshReader, "servicesSelecting"> & EndpointReader,
  namespace: string,
  labels: Labels,
): Peers {
  const [service] = reader.servicesSelecting(namespace, labels);
  const [port] = service?.ports ?? [];
  if (service === undefined || port === undefined) return [];
  const counts = Map.groupBy(resolveEndpoints(reader, service, port), ({ locality }) => zoneOf(locality));
  return [...counts].map(([zone, own]) => [zone, own.length] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}
