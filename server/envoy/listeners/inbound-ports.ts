import type { ConnectionPool } from "#core/kinds/destination-rule/connection-pool.ts";
import type { Port } from "#core/model/port.ts";
import { type PortProtocol, protocolOf, protocolOfPortName } from "#core/model/protocol.ts";
import type { Service } from "#core/model/service.ts";
import { resolveTrafficPolicy } from "#core/resolve/traffic-policy.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import type { Origin, ProxyNode } from "#core/xds/layer.ts";
import type { World } from "#server/compile/world.ts";

/** One application port behind a sidecar. */
export interface InboundPort {
  readonly appPort: number;
  readonly inboundPort: number;
  readonly protocol: PortProtocol;
  /** What the rule for its service asks of connections: callers keep to it, and so does the sidecar in front of the application. */
  readonly pool: ConnectionPool | undefined;
  /** Of `pool`. */
  readonly origins: readonly Origin[];
}

/** Ports that the node names, or else those of the services that select it; where several share a port, the oldest speaks for it. */
export function inboundPorts(
  world: World,
  node: ProxyNode,
  labels: Readonly<Record<string, string>>,
): readonly InboundPort[] {
  const services = world.servicesSelecting(node.namespace, labels);
  const named = node.metadata.PHAROS_INBOUND.map(({ name, appPort, inboundPort }): InboundPort => {
    const binding = { appPort, inboundPort: inboundPort || appPort };
    for (const service of services) {
      const port = service.ports.find((each) => each.name === name);
      if (port !== undefined) return { ...binding, ...asDeclared(world, node, service, port) };
    }
    return { ...binding, protocol: protocolOfPortName(name), pool: undefined, origins: [] };
  });
  if (named.length > 0) return named;
  const ports = new Map<number, InboundPort>();
  for (const service of services) {
    for (const port of service.ports) {
      const number = port.targetPort ?? port.number;
      if (!ports.has(number))
        ports.set(number, { appPort: number, inboundPort: number, ...asDeclared(world, node, service, port) });
    }
  }
  return [...ports.values()].sort((a, b) => a.appPort - b.appPort);
}

function asDeclared(
  world: World,
  { namespace }: ProxyNode,
  service: Service,
  port: Port,
): Pick<InboundPort, "protocol" | "pool" | "origins"> {
  const rule = world.destinationRule(service.host, namespace, service.namespace);
  const pool = resolveTrafficPolicy(rule, "", port.number).connectionPool;
  return {
    protocol: protocolOf(port),
    pool,
    origins: pool === undefined ? [] : (rule?.rules ?? []).map((each) => ({ resource: formatRef(refOf(each)) })),
  };
}
