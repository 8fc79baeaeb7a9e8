import type { Service } from "#core/model/service.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Where connections go that ask a gateway for a server of the mesh by the name that callers' mTLS has for it. */
export interface MeshPassage {
  readonly service: Service;
  readonly port: number;
  /** Empty: the whole service. */
  readonly subset: string;
  /** As Envoy compares it, which is without regard to case. */
  readonly serverName: string;
}

/** The server name by which callers' mTLS asks for a port of a service, as Istio writes it. */
export function meshServerName(host: string, port: number, subset: string): string {
  return `outbound_.${port}_.${subset}_.${host}`;
}

/** What a gateway passes on whose server has the mode AUTO_PASSTHROUGH and these hosts: services of the mesh alone, for what is outside speaks no mTLS of it. */
export function resolveMeshPassages(
  reader: Pick<CallerReader, "servicesUnder" | "destinationRule">,
  hosts: readonly string[],
  namespace: string,
  labels: Labels,
): readonly MeshPassage[] {
  const services = new Map(
    hosts
      .flatMap((host) => reader.servicesUnder(host, namespace))
      .filter(({ isInMesh, host }) => isInMesh && !host.includes("*"))
      .map((service) => [service.host, service]),
  );
  return [...services.values()]
    .sort((a, b) => (a.host < b.host ? -1 : 1))
    .flatMap((service) => {
      const rule = reader.destinationRule(service.host, namespace, service.namespace, labels);
      const subsets = ["", ...(rule?.subsets ?? []).map(({ name }) => name)];
      return service.ports.flatMap(({ number: port }) =>
        subsets.map((subset) => ({
          service,
          port,
          subset,
          serverName: meshServerName(service.host, port, subset).toLowerCase(),
        })),
      );
    });
}
