import { expandHost, intersectHosts, normalizeHost } from "#core/host/host.ts";
import type { GatewayServer } from "#core/kinds/gateway/schema.ts";
import type { RoutingService } from "#core/resolve/delegates.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import { byReach } from "#core/resolve/virtual-service.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import type { Resource } from "#core/resource/resource.ts";

/** A VirtualService that a gateway's server lets in, and the hosts under which. */
export interface BoundService {
  readonly service: RoutingService;
  /** The narrower where hosts of the server and of the VirtualService cover each other. */
  readonly hosts: ReadonlySet<string>;
}

/** `namespace/host` → host. */
export function hostPart(host: string): string {
  return normalizeHost(host.slice(host.indexOf("/") + 1));
}

/** VirtualServices that a server of a gateway lets in, as the proxy's namespace sees them: private ones first, then the oldest. */
export function resolveGatewayHosts(
  reader: MeshReader,
  { metadata: { namespace, name } }: Resource<"Gateway">,
  server: GatewayServer,
  fromNamespace: string,
): readonly BoundService[] {
  return reader
    .boundTo(`${namespace}/${name}`)
    .filter((service) => isVisible(service.spec.exportTo, service.metadata.namespace, fromNamespace))
    .sort(byReach(fromNamespace))
    .flatMap((service) => {
      const hosts = commonHosts(server, namespace, service, reader.mesh.domainSuffix);
      return hosts.size === 0 ? [] : [{ service, hosts }];
    });
}

/** The hosts, or patterns of them, that a server of a gateway and a VirtualService share; the narrower of each two. */
export function commonHosts(
  server: GatewayServer,
  gatewayNamespace: string,
  { spec, metadata }: Resource<"VirtualService">,
  domainSuffix: string,
): Set<string> {
  const patterns = server.hosts.filter((host) => letsIn(host, gatewayNamespace, metadata.namespace)).map(hostPart);
  const own = (spec.hosts ?? []).map((host) => expandHost(host, metadata.namespace, domainSuffix));
  return new Set(patterns.flatMap((pattern) => own.flatMap((host) => intersectHosts(pattern, host) ?? [])));
}

/** Whether a server's host (`namespace/host`, `./host`, or for all) is meant for VirtualServices of a namespace. */
function letsIn(serverHost: string, gatewayNamespace: string, serviceNamespace: string): boolean {
  const slash = serverHost.indexOf("/");
  const wanted = slash < 0 ? "*" : serverHost.slice(0, slash);
  return wanted === "*" || serviceNamespace === (wanted === "." ? gatewayNamespace : wanted);
}
