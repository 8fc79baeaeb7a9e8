import { classifyProtocol } from "#core/kinds/gateway/classify-protocol.ts";
import type { GatewayServer } from "#core/kinds/gateway/schema.ts";
import { hostPart } from "#core/resolve/gateway-hosts.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
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
  readonly serves: Serves;
}

/** Requests, or connections: as they are, with TLS that ends at the gateway or passes through it, or with the mesh's own mTLS for those called by its names. */
export type Serves = "http" | "tcp" | "passthrough" | "mesh";

/** Whether TLS ends at a server that takes it. */
export function endsTls({ serves }: Pick<ServerGroup, "serves">): boolean {
  return serves === "http" || serves === "tcp";
}

export interface GatewayPort {
  readonly port: number;
  /** Where it is bound; undefined: at the address of the gateway's instance. */
  readonly bind: string | undefined;
  /** Callers come without TLS. */
  readonly isPlain: boolean;
  /** Those that share the port, the oldest first. */
  readonly servers: readonly PlacedServer[];
  readonly groups: readonly ServerGroup[];
}

/** A server that is not served, or a host of it, and why. */
export type LeftOut = PlacedServer &
  (
    | { readonly reason: "port-is-taken" | "port-has-other-protocol" }
    | { readonly reason: "host-is-taken"; readonly host: string; readonly by: PlacedServer }
  );

export interface ServedPorts {
  readonly ports: readonly GatewayPort[];
  readonly leftOut: readonly LeftOut[];
}

const kindOf = ({ server }: PlacedServer) => classifyProtocol(server.port.protocol);

/** Whether callers of a server come with TLS. */
export function takesTls({ port }: GatewayServer): boolean {
  return classifyProtocol(port.protocol) === "tls";
}

/** What becomes of a server's connections. */
export function servesOf({ port, tls }: GatewayServer): Serves {
  const kind = classifyProtocol(port.protocol);
  if (kind !== "tls") return kind;
  if (tls?.mode === "AUTO_PASSTHROUGH") return "mesh";
  if ((tls?.mode ?? "PASSTHROUGH") === "PASSTHROUGH") return "passthrough";
  return port.protocol === "HTTPS" ? "http" : "tcp";
}

/** Whether a workload that these Gateways select is a gateway. One that has no selector makes nobody one: it is served by whoever another has made one. */
export function makesGateway(selecting: readonly Resource<"Gateway">[]): boolean {
  return selecting.some((gateway) => Object.keys(gatewaySelector(gateway)).length > 0);
}

/**
 * What the workload serves that serves these Gateways, the oldest first: their servers, merged port by port. `address` is its
 * instance's: who is bound to it by name shares the port with who says nothing.
 */
export function resolveGatewayPorts(gateways: readonly Resource<"Gateway">[], address = ""): ServedPorts {
  const placed = gateways.flatMap((gateway) =>
    (gateway.spec.servers ?? []).map((server, index): PlacedServer => ({ gateway, index, server })),
  );
  const leftOut: LeftOut[] = [];
  const ports: GatewayPort[] = [];
  for (const servers of Map.groupBy(placed, (each) => placeOf(each, address)).values()) {
    // The oldest decides what the port is.
    const [oldest] = servers;
    if (oldest === undefined) continue;
    const { port, bind } = oldest.server;
    const kind = kindOf(oldest);
    const alike = servers.filter((each) => kindOf(each) === kind);
    // Nothing tells connections of two such servers apart.
    const used = kind === "tcp" ? [oldest] : alike;
    for (const each of servers)
      if (!used.includes(each))
        leftOut.push({ ...each, reason: alike.includes(each) ? "port-is-taken" : "port-has-other-protocol" });
    const isPlain = kind !== "tls";
    const groups = isPlain ? [{ servers: used, sni: [], serves: servesOf(oldest.server) }] : bySni(used, leftOut);
    ports.push({ port: port.number, bind, isPlain, servers: used, groups });
  }
  return { ports, leftOut };
}

/** Servers of one port that are bound to different addresses know nothing of each other. */
function placeOf({ server: { port, bind } }: PlacedServer, address: string): string {
  return `${port.number} ${bind ?? address}`;
}

/** One group for each server. Envoy refuses a listener in which two answer for one name: it stays the first one's. */
function bySni(servers: readonly PlacedServer[], leftOut: LeftOut[]): ServerGroup[] {
  const owners = new Map<string, PlacedServer>();
  return servers.flatMap((placed): ServerGroup[] => {
    // Its hosts are names of services, and no server name is.
    if (servesOf(placed.server) === "mesh") return [{ servers: [placed], sni: [], serves: "mesh" }];
    const hosts = new Set(placed.server.hosts.map(hostPart));
    const wanted = hosts.has("*") ? ["*"] : [...hosts];
    const free = wanted.filter((host) => !owners.has(host));
    for (const host of wanted) {
      const by = owners.get(host);
      if (by === undefined) owners.set(host, placed);
      else leftOut.push({ ...placed, reason: "host-is-taken", host, by });
    }
    if (free.length === 0) return [];
    return [{ servers: [placed], sni: free.filter((host) => host !== "*"), serves: servesOf(placed.server) }];
  });
}
