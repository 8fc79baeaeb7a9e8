import type { Port } from "#core/model/port.ts";
import type { Service } from "#core/model/service.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";

/** A service that proxies themselves call, as a provider of the MeshConfig names it. */
export interface AskedService {
  readonly service: Service;
  readonly port: Port;
}

/** `NAMESPACE/HOST` is that namespace's own service, whatever others it sees; without a namespace it is the one that the root namespace sees. */
export function resolveAsked(
  reader: Pick<CallerReader, "service" | "mesh">,
  asked: { readonly service: string; readonly port: number },
): AskedService | "no-service" | "no-port" {
  const slash = asked.service.indexOf("/");
  const namespace = slash < 0 ? reader.mesh.rootNamespace : asked.service.slice(0, slash);
  const service = reader.service(asked.service.slice(slash + 1).toLowerCase(), namespace);
  if (service === undefined || (slash >= 0 && service.namespace !== namespace)) return "no-service";
  const port = service.ports.find(({ number }) => number === asked.port);
  return port === undefined ? "no-port" : { service, port };
}
