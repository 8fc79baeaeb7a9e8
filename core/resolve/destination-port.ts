import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";

/** The port that a destination at `host`, its whole name, names; else the only one of its service, or the one the caller used. */
export function resolveDestinationPort(
  reader: Pick<MeshReader, "service">,
  destination: Pick<Destination, "port">,
  host: string,
  { namespace, port }: { readonly namespace: string; readonly port: number },
): number {
  if (destination.port?.number !== undefined && destination.port.number !== 0) return destination.port.number;
  const ports = reader.service(host, namespace)?.ports ?? [];
  const [only] = ports;
  return ports.length === 1 && only !== undefined ? only.number : port;
}
