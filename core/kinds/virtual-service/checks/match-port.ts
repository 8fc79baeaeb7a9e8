import type { Finding, KindCheck } from "#core/check/rule.ts";
import { isWildcard } from "#core/host/host.ts";
import type { TcpMatch } from "#core/kinds/virtual-service/connection-match.ts";
import { delegateOf } from "#core/resolve/delegates.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type VirtualService = Resource<"VirtualService">;

/** A match's port is the service's, or the Gateway's server's, that callers connect to: on another nothing arrives. */
export const matchPort: KindCheck<"VirtualService"> = {
  code: "match-port-not-found",
  summary: "A VirtualService matches a port that no service of its hosts, and no Gateway that it is bound to, has.",
  check(services, { hosts, gateways: known }) {
    const rootsOf = Map.groupBy(
      services.flatMap((root) =>
        (root.spec.http ?? []).flatMap((http) => {
          const ref = delegateOf(http, root.metadata.namespace);
          return ref === undefined ? [] : [{ root, ref: ref.join("/") }];
        }),
      ),
      ({ ref }) => ref,
    );

    /** Ports of what it is for; undefined where one is served on whichever port its matches name, or is not known. */
    const portsInMesh = ({ spec, metadata }: VirtualService): readonly number[] | undefined => {
      const found = (spec.hosts ?? []).map((host) =>
        isWildcard(host) ? undefined : hosts.find(hosts.resolve(host, metadata.namespace), metadata.namespace),
      );
      return found.every((each) => each !== undefined && !isWildcard(each.host))
        ? found.flatMap((each) => (each?.ports ?? []).map(({ number }) => number))
        : undefined;
    };

    /** Where callers of a VirtualService arrive through these of its gateways, all where none are named. */
    const arrivals = (service: VirtualService, named: readonly string[]): readonly number[] | undefined => {
      const own = gatewaysOf(service);
      const gateways = named.length === 0 ? own : own.filter((each) => named.includes(each));
      const ports = gateways.map((each) =>
        each === "mesh" ? portsInMesh(service) : known.get(each)?.spec.servers.map(({ port }) => port.number),
      );
      return ports.length > 0 && ports.every((each) => each !== undefined) ? ports.flat() : undefined;
    };

    return services.flatMap((service) => {
      const { spec, metadata } = service;
      const isDelegate = (spec.hosts ?? []).length === 0;
      const routing = isDelegate
        ? (rootsOf.get(`${metadata.namespace}/${metadata.name}`) ?? []).map(({ root }) => root)
        : [service];
      return (["http", "tls", "tcp"] as const).flatMap((kind) =>
        (spec[kind] ?? []).flatMap(({ match = [] }, index) =>
          match.flatMap(({ port = 0, gateways = [] }: Pick<TcpMatch, "port" | "gateways">, position): Finding[] => {
            if (port === 0) return [];
            const named = gateways.map((each) => expandGateway(each, metadata.namespace));
            const ports = routing.map((each) => arrivals(each, named));
            if (ports.length === 0 || ports.some((each) => each === undefined || each.includes(port))) return [];
            const arriving = [...new Set(ports.flatMap((each) => each ?? []))].sort((a, b) => a - b);
            return [
              {
                severity: "warning",
                resource: formatRef(refOf(service)),
                path: ["spec", kind, index, "match", position, "port"],
                message: `nothing arrives on port ${port}: this never matches`,
                hint: `its hosts and gateways have ${arriving.join(", ")}; the port is the service's or the Gateway's, not the application's`,
              },
            ];
          }),
        ),
      );
    });
  },
};
