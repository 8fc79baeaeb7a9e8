import type { Diagnostic } from "#core/diagnostic.ts";
import type { GatewayServer } from "#core/kinds/gateway/schema.ts";
import { hostPart } from "#core/resolve/gateway-hosts.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

export interface PlacedServer {
  readonly gateway: Resource<"Gateway">;
  readonly index: number;
  readonly server: GatewayServer;
}

/** Servers that take the same connections of a port, and so share their routes. */
export interface ServerGroup {
  /** At least one. */
  readonly servers: readonly PlacedServer[];
  /** Server names of its TLS connections; empty for all of them, and for plain text. */
  readonly sni: readonly string[];
}

export interface GatewayPort {
  readonly port: number;
  readonly isPlain: boolean;
  /** Those that share the port, the oldest first. */
  readonly servers: readonly PlacedServer[];
  readonly groups: readonly ServerGroup[];
}

export interface ServedPorts {
  readonly ports: readonly GatewayPort[];
  /** Which servers, or hosts of them, are left out, and why. */
  readonly diagnostics: readonly Diagnostic[];
}

const PLAIN_PROTOCOLS = new Set(["HTTP", "HTTP2", "GRPC"]);

const protocolOf = ({ server }: PlacedServer): string => server.port.protocol.toUpperCase();
const isPlain = (placed: PlacedServer): boolean => PLAIN_PROTOCOLS.has(protocolOf(placed));

/** What the workload serves that serves these Gateways, the oldest first: their servers, merged port by port. */
export function resolveGatewayPorts(gateways: readonly Resource<"Gateway">[]): ServedPorts {
  const placed = gateways.flatMap((gateway) =>
    (gateway.spec.servers ?? []).map((server, index): PlacedServer => ({ gateway, index, server })),
  );
  const diagnostics: Diagnostic[] = [];
  const ports: GatewayPort[] = [];
  for (const [port, servers] of Map.groupBy(placed, ({ server }) => server.port.number)) {
    const served = servers.filter((each) => isPlain(each) || protocolOf(each) === "HTTPS");
    // The oldest decides what the port is.
    const [oldest] = served;
    const isPlainPort = oldest !== undefined && isPlain(oldest);
    const used = served.filter((each) => isPlain(each) === isPlainPort);
    for (const each of servers) if (!used.includes(each)) diagnostics.push(portConflict(each, used.length > 0));
    if (used.length === 0) continue;
    const groups = isPlainPort ? [{ servers: used, sni: [] }] : bySni(port, used, diagnostics);
    ports.push({ port, isPlain: isPlainPort, servers: used, groups });
  }
  return { ports, diagnostics };
}

function portConflict({ gateway, index, server }: PlacedServer, isTaken: boolean): Diagnostic {
  const why = isTaken
    ? "another server of this gateway uses the port with another protocol"
    : "this protocol is not served by gateways yet";
  return {
    severity: "warning",
    code: "gateway-port-conflict",
    resource: formatRef(refOf(gateway)),
    path: ["spec", "servers", index, "port"],
    message: `port ${server.port.number} with protocol ${server.port.protocol} is left out: ${why}`,
    hint: "give it a port of its own, with HTTP, HTTP2, GRPC or HTTPS",
  };
}

/** One group for each server. Envoy refuses a listener in which two answer for one name: it stays the first one's. */
function bySni(port: number, servers: readonly PlacedServer[], diagnostics: Diagnostic[]): ServerGroup[] {
  const owners = new Map<string, string>();
  return servers.flatMap((placed): ServerGroup[] => {
    const ref = formatRef(refOf(placed.gateway));
    const hosts = new Set(placed.server.hosts.map(hostPart));
    const wanted = hosts.has("*") ? ["*"] : [...hosts];
    const free = wanted.filter((host) => !owners.has(host));
    for (const host of wanted) {
      const owner = owners.get(host);
      if (owner !== undefined)
        diagnostics.push({
          severity: "warning",
          code: "gateway-host-conflict",
          resource: ref,
          path: ["spec", "servers", placed.index, "hosts"],
          message: `${host} on port ${port} is left out: ${owner} serves it there already`,
          hint: "name a host in one server of a port only",
        });
      else owners.set(host, ref);
    }
    if (free.length === 0) return [];
    return [{ servers: [placed], sni: free.filter((host) => host !== "*") }];
  });
}
