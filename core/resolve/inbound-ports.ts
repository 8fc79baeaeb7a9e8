import type { ConnectionPool } from "#core/kinds/destination-rule/connection-pool.ts";
import type { Port } from "#core/model/port.ts";
import { type PortProtocol, protocolOf, protocolOfPortName } from "#core/model/protocol.ts";
import type { Service } from "#core/model/service.ts";
import type { MeshReader } from "#core/resolve/mesh-reader.ts";
import type { IngressPort, SidecarInbound } from "#core/resolve/sidecar.ts";
import { resolveTrafficPolicy } from "#core/resolve/traffic-policy.ts";
import type { Labels } from "#core/resource/labels.ts";
import { type ResourceRef, refOf } from "#core/resource/resource.ts";

/** One application port behind a sidecar. */
export interface InboundPort {
  readonly appPort: number;
  readonly inboundPort: number;
  readonly protocol: PortProtocol;
  /** The service that speaks for it, and which of its ports it is; undefined: none does. */
  readonly service?: { readonly host: string; readonly port: Port };
  /** What the rule for its service asks of connections: callers keep to it, and so does the sidecar in front of the application. */
  readonly pool: ConnectionPool | undefined;
  /** Where `pool` is from, and the port itself where a Sidecar names it. */
  readonly sources: readonly ResourceRef[];
  /** What the Sidecar that names it says of it. */
  readonly ingress?: IngressPort;
}

interface Workload {
  readonly namespace: string;
  readonly labels: Labels;
  /** Ports that its agent names; `inboundPort` 0 where the sidecar listens at the application's. */
  readonly named: readonly { readonly name: string; readonly appPort: number; readonly inboundPort: number }[];
}

type Reader = Pick<MeshReader, "servicesSelecting" | "destinationRule" | "sidecarInbound">;

/**
 * Its ports: those that its Sidecar names, or else its own, with what is said of the connections to the application. A port's own pool goes before the
 * Sidecar's, and this before that of the rule for the service.
 */
export function resolveInboundPorts(reader: Reader, workload: Workload): readonly InboundPort[] {
  const ports = portsOf(reader, workload);
  const said = reader.sidecarInbound(workload.namespace, workload.labels);
  if (said === undefined) return ports;
  const pooled =
    said.pool === undefined ? ports : ports.map((port) => ({ ...port, pool: said.pool, sources: [said.source] }));
  return said.ports.length === 0 ? pooled : said.ports.map((ingress) => ofIngress(ingress, said, pooled, workload));
}

/** Callers and policies know a port that the agent names by the application's, wherever its sidecar listens. */
function ofIngress(
  ingress: IngressPort,
  { pool, ports: others, source }: SidecarInbound,
  ports: readonly InboundPort[],
  { named }: Workload,
): InboundPort {
  const own = ports.find(({ inboundPort }) => inboundPort === ingress.number);
  const isNamed =
    named.some(({ inboundPort }) => inboundPort === ingress.number) &&
    !others.some((each) => each !== ingress && each.number === own?.appPort);
  return {
    appPort: isNamed && own !== undefined ? own.appPort : ingress.number,
    inboundPort: ingress.number,
    protocol: ingress.protocol,
    ...(own?.service === undefined ? {} : { service: own.service }),
    pool: ingress.pool ?? pool ?? own?.pool,
    sources: [source, ...(ingress.pool === undefined && pool === undefined ? (own?.sources ?? []) : [])],
    ingress,
  };
}

/** Ports that a workload's agent names, or else those of the services that select it; where several share a port, the oldest speaks for it. */
function portsOf(reader: Reader, { namespace, labels, named }: Workload): readonly InboundPort[] {
  const services = reader.servicesSelecting(namespace, labels);
  const told = named.map(({ name, appPort, inboundPort }): InboundPort => {
    const binding = { appPort, inboundPort: inboundPort || appPort };
    for (const service of services) {
      const port = service.ports.find((each) => each.name === name);
      if (port !== undefined) return { ...binding, ...asDeclared(reader, namespace, service, port) };
    }
    return { ...binding, protocol: protocolOfPortName(name), pool: undefined, sources: [] };
  });
  if (told.length > 0) return told;
  const ports = new Map<number, InboundPort>();
  for (const service of services) {
    for (const port of service.ports) {
      const number = port.targetPort ?? port.number;
      if (!ports.has(number))
        ports.set(number, {
          ...{ appPort: number, inboundPort: number },
          ...asDeclared(reader, namespace, service, port),
        });
    }
  }
  return [...ports.values()].sort((a, b) => a.appPort - b.appPort);
}

function asDeclared(
  reader: Reader,
  namespace: string,
  service: Service,
  port: Port,
): Pick<InboundPort, "protocol" | "service" | "pool" | "sources"> {
  const rule = reader.destinationRule(service.host, namespace, service.namespace);
  const pool = resolveTrafficPolicy(rule, "", port.number).connectionPool;
  return {
    ...{ protocol: protocolOf(port), service: { host: service.host, port }, pool },
    sources: pool === undefined ? [] : (rule?.rules ?? []).map(refOf),
  };
}
