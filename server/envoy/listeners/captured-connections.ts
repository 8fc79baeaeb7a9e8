import { isServerName } from "#core/host/host.ts";
import { protocolOf } from "#core/model/protocol.ts";
import type { ServiceDeclaration } from "#core/model/service.ts";
import { isSeenAt, ownAddresses, rangesOf, unsharedAddresses } from "#core/resolve/addresses-of.ts";
import { byDeclaredAge } from "#core/resolve/by-declared-age.ts";
import { Claims } from "#core/resolve/claims.ts";
import { placesOfRoutes } from "#core/resolve/delegates.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { Origin } from "#core/xds/layer.ts";
import { buildTcpChains, type TcpChain } from "#server/envoy/listeners/tcp-target.ts";
import { buildServiceTable, type ServiceTable } from "#server/envoy/routes/service-table.ts";

/** Of a port of a host, where captured connections that are not HTTP go. */
export interface HostConnections {
  readonly port: number;
  /** They may be HTTP too. */
  readonly isDetected: boolean;
  /** It is known by its addresses alone: a Sidecar has a listener for the port that names others. */
  readonly isBeside: boolean;
  /** No address of it is a single one, or not all: whoever is there beside it has no more of the port than such addresses. */
  readonly hasPort: boolean;
  /** Addresses that are this host's alone on that port. */
  readonly addresses: readonly string[];
  /** Of requests to those, which are for it whatever host they name; undefined where there are none. */
  readonly table: { readonly name: string; readonly looksUpHosts: boolean } | undefined;
  /** Of connections to those; the last takes all. */
  readonly own: readonly TcpChain[];
  /** Of connections to any other address: by range, by server name, or all of the port. */
  readonly shared: readonly TcpChain[];
  readonly origins: readonly Origin[];
  /** The declaration that decides what the host is. */
  readonly declaration: Pick<ServiceDeclaration, "createdAt" | "namespace" | "source">;
}

/** Of a port, and the table that it names. */
interface Resolved {
  readonly connection: HostConnections;
  readonly table?: ServiceTable | undefined;
}

interface Context {
  readonly world: CallerReader;
  /** Whom they find where `world` has nobody; absent where that decides alone. */
  readonly beside?: CallerReader | undefined;
  /** Where routes lead. */
  readonly called: CallerReader;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Their agents answer DNS. */
  readonly hasNames: boolean;
}

/** None for ports that are HTTP: requests say themselves whom they are for. */
export function resolveHostConnections(
  host: string,
  context: Context,
): { readonly connections: readonly HostConnections[]; readonly tables: readonly ServiceTable[] } {
  const resolved = resolvePorts(host, context);
  return {
    connections: resolved.map(({ connection }) => connection),
    tables: resolved.flatMap(({ table }) => table ?? []),
  };
}

function resolvePorts(host: string, context: Context): readonly Resolved[] {
  const { world, beside, namespace } = context;
  const own = connectionsTo(host, context, () => false);
  if (beside === undefined) return own;
  const named = world.service(host, namespace)?.ports ?? [];
  const isTaken = (address: string, port: number): boolean => isSeenAt(world, address, port, namespace);
  const others = connectionsTo(host, { ...context, world: beside }, isTaken)
    .filter(({ connection }) => !named.some(({ number }) => number === connection.port))
    // Its requests have no routes: they go on as connections.
    .map(
      ({ connection }): Resolved => ({
        connection: { ...connection, isBeside: true, isDetected: false, table: undefined },
      }),
    );
  return [...own, ...others];
}

function connectionsTo(
  host: string,
  context: Context,
  isTaken: (address: string, port: number) => boolean,
): Resolved[] {
  const { world, called, namespace, labels } = context;
  const service = world.service(host, namespace);
  if (service === undefined) return [];
  const ranges = rangesOf(service);
  const [{ createdAt, namespace: owner, source }] = service.declarations;
  const declaration = { ...(createdAt === undefined ? {} : { createdAt }), namespace: owner, source };
  const declared = service.declarations.map(({ source }) => ({ resource: source.ref }));
  return service.ports.flatMap((port): Resolved[] => {
    const protocol = protocolOf(port);
    if (protocol !== "tcp" && protocol !== "tls" && protocol !== "auto") return [];
    // Where several names are at a written address, their TLS says which of them is meant.
    const single = (protocol === "tls" ? unsharedAddresses : ownAddresses)(world, service, port.number, context).filter(
      (address) => !isTaken(address, port.number),
    );
    const at = { world: called, namespace, gateway: "mesh", port: port.number, labels };
    const virtualServices = world.virtualServices(host, namespace, "mesh", port.number);
    const { chains, routed } = buildTcpChains(host, virtualServices, protocol, at);
    const shared =
      protocol === "tls"
        ? chains.flatMap((chain) => forHost(inRanges(chain, ranges), host))
        : ranges.length > 0
          ? chains.map((chain) => inRanges(chain, ranges))
          : // Where others took its addresses, or they are not captured, the port is not its own instead.
            service.addresses.length > 0 || single.length > 0
            ? []
            : chains;
    if (single.length === 0 && shared.length === 0) return [];
    // Such a port is one service's at its own addresses: Istio has a table of its own there, by this name.
    const built =
      protocol === "auto" && single.length > 0
        ? buildServiceTable(`${host}:${port.number}`, { host, port: port.number }, world, at)
        : undefined;
    const table = built && { ...built, origins: [...built.origins, ...declared] };
    const connection: HostConnections = {
      port: port.number,
      isDetected: protocol === "auto",
      isBeside: false,
      hasPort: ranges.length > 0 || (service.addresses.length === 0 && single.length === 0),
      addresses: single,
      table: table && { name: table.config.name, looksUpHosts: table.looksUpHosts },
      own: single.length === 0 ? [] : chains,
      shared,
      declaration,
      origins: [...routed.flatMap(placesOfRoutes), ...declared],
    };
    return [{ connection, table }];
  });
}

function inRanges(chain: TcpChain, ranges: readonly string[]): TcpChain {
  return chain.subnets.length > 0 ? chain : { ...chain, subnets: ranges };
}

/** By its name; one that no name of a hello can be held against is known by its addresses alone. */
function forHost(chain: TcpChain, host: string): TcpChain[] {
  if (chain.serverNames.length > 0) return [chain];
  if (isServerName(host)) return [{ ...chain, serverNames: [host] }];
  return chain.subnets.length > 0 ? [chain] : [];
}

const takesAll = ({ serverNames, subnets }: TcpChain): boolean => serverNames.length === 0 && subnets.length === 0;

/**
 * What several hosts ask of connections to one port, whatever their address: what one asks for first is not another's. Where several
 * want all, none has them: nothing tells whom they are for. The oldest asks first.
 */
export function shareConnections(all: readonly HostConnections[]): readonly TcpChain[] {
  const wanting = all.filter(({ shared }) => shared.some(takesAll)).length;
  const aged = all.toSorted((a, b) => byDeclaredAge(a.declaration, b.declaration));
  const chains = aged.flatMap(({ shared }) => shared).filter((chain) => wanting < 2 || !takesAll(chain));
  const claims = new Claims();
  // Envoy takes the narrowest that fits; the order among them says nothing.
  return chains.flatMap((chain) => claims.take(chain));
}
