import type { GatewayServer } from "#core/kinds/gateway/schema.ts";
import { hostPart } from "#core/resolve/gateway-hosts.ts";
import type { Resource } from "#core/resource/resource.ts";

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

/** A server that is not served, or a host of it, and why. */
export type LeftOut = PlacedServer &
  (
    | { readonly reason: "protocol-not-served" | "port-has-other-protocol" }
    | { readonly reason: "host-is-taken"; readonly host: string; readonly by: PlacedServer }
  );

export interface ServedPorts {
  readonly ports: readonly GatewayPort[];
  readonly leftOut: readonly LeftOut[];
}

const PLAIN_PROTOCOLS = new Set(["HTTP", "HTTP2", "GRPC"]);

const protocolOf = ({ server }: PlacedServer): string => server.port.protocol.toUpperCase();
const isPlain = (placed: PlacedServer): boolean => PLAIN_PROTOCOLS.has(protocolOf(placed));

/** What the workload serves that serves these Gateways, the oldest first: their servers, merged port by port. */
export function resolveGatewayPorts(gateways: readonly Resource<"Gateway">[]): ServedPorts {
  const placed = gateways.flatMap((gateway) =>
    (gateway.spec.servers ?? []).map((server, index): PlacedServer => ({ gateway, index, server })),
  );
  const leftOut: LeftOut[] = [];
  const ports: GatewayPort[] = [];
  for (const [port, servers] of Map.groupBy(placed, ({ server }) => server.port.number)) {
    const served = servers.filter((each) => isPlain(each) || protocolOf(each) === "HTTPS");
    // The oldest decides what the port is.
    const [oldest] = served;
    const isPlainPort = oldest !== undefined && isPlain(oldest);
    const used = served.filter((each) => isPlain(each) === isPlainPort);
    const reason = used.length > 0 ? "port-has-other-protocol" : "protocol-not-served";
    leftOut.push(...servers.filter((each) => !used.includes(each)).map((each) => ({ ...each, reason }) as const));
    if (used.length === 0) continue;
    const groups = isPlainPort ? [{ servers: used, sni: [] }] : bySni(used, leftOut);
    ports.push({ port, isPlain: isPlainPort, servers: used, groups });
  }
  return { ports, leftOut };
}

/** One group for each server. Envoy refuses a listener in which two answer for one name: it stays the first one's. */
function bySni(servers: readonly PlacedServer[], leftOut: LeftOut[]): ServerGroup[] {
  const owners = new Map<string, PlacedServer>();
  return servers.flatMap((placed): ServerGroup[] => {
    const hosts = new Set(placed.server.hosts.map(hostPart));
    const wanted = hosts.has("*") ? ["*"] : [...hosts];
    const free = wanted.filter((host) => !owners.has(host));
    for (const host of wanted) {
      const by = owners.get(host);
      if (by === undefined) owners.set(host, placed);
      else leftOut.push({ ...placed, reason: "host-is-taken", host, by });
    }
    if (free.length === 0) return [];
    return [{ servers: [placed], sni: free.filter((host) => host !== "*") }];
  });
}
