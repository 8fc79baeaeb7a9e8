import { type Cidr, isLoopback, isSame, isWithin } from "#core/simulate/address.ts";
import type { Connection } from "#core/simulate/exchange.ts";
import type { ChainMatch, FilterChain, Listener } from "#core/simulate/listener.ts";

/** A connection as a listener's filters made it out. */
export interface Inspected {
  readonly connection: Connection;
  readonly transportProtocol: string;
  readonly serverName: string;
  readonly applicationProtocols: readonly string[];
}

/** What the listener's inspectors find out; where none looks, a connection is `raw_buffer` without names. */
export function inspectConnection(listener: Listener, connection: Connection): Inspected {
  const { tls, localPort, speaks } = connection;
  if (tls !== undefined && listener.inspectsTls(localPort))
    return {
      connection,
      transportProtocol: "tls",
      serverName: tls.serverName.toLowerCase(),
      applicationProtocols: tls.alpn,
    };
  const isSeen = tls === undefined && speaks !== "tcp" && listener.inspectsHttp(localPort);
  return {
    connection,
    transportProtocol: "raw_buffer",
    serverName: "",
    applicationProtocols: isSeen ? [speaks === "h2" ? "h2c" : speaks] : [],
  };
}

type Level = (chains: readonly FilterChain[], inspected: Inspected) => readonly FilterChain[];

/**
 * In Envoy's order, most telling first. Each level keeps the chains that are nearest in it and forgets the others: there is
 * no way back, even if the next level then finds none of those that are left.
 */
const LEVELS: readonly { readonly what: string; readonly narrow: Level }[] = [
  {
    what: "destination port",
    narrow: byNumber(
      ({ destinationPort }) => destinationPort,
      ({ localPort }) => localPort,
    ),
  },
  {
    what: "destination address",
    narrow: byRange(
      ({ destinations }) => destinations,
      ({ local }) => local,
    ),
  },
  { what: "server name (SNI)", narrow: byServerName },
  { what: "transport protocol", narrow: byTransport },
  { what: "application protocols (ALPN)", narrow: byApplication },
  {
    what: "address of who connects",
    narrow: byRange(
      ({ directSources }) => directSources,
      ({ remote }) => remote,
    ),
  },
  { what: "source type", narrow: bySourceType },
  {
    what: "source address",
    narrow: byRange(
      ({ sources }) => sources,
      ({ remote }) => remote,
    ),
  },
  { what: "source port", narrow: bySourcePort },
];

export interface FoundChain {
  readonly chain: FilterChain | undefined;
  /** Where none is found: at which level the last were left behind. */
  readonly failedAt: string | undefined;
}

/** The filter chain that takes a connection, or the listener's default. */
export function findFilterChain(listener: Listener, inspected: Inspected): FoundChain {
  let left: readonly FilterChain[] = listener.chains;
  for (const { what, narrow } of LEVELS) {
    if (left.length === 1 && isEmptyMatch(left[0])) break;
    left = narrow(left, inspected);
    if (left.length === 0) return { chain: listener.defaultChain, failedAt: what };
  }
  const [found] = left;
  return { chain: found ?? listener.defaultChain, failedAt: found === undefined ? "everything" : undefined };
}

function isEmptyMatch(chain: FilterChain | undefined): boolean {
  if (chain === undefined) return false;
  const { match } = chain;
  return (
    match.destinationPort === 0 &&
    match.destinations.length === 0 &&
    match.serverNames.length === 0 &&
    match.transportProtocol === "" &&
    match.applicationProtocols.length === 0 &&
    match.directSources.length === 0 &&
    match.sourceType === "any" &&
    match.sources.length === 0 &&
    match.sourcePorts.length === 0
  );
}

function byNumber(wanted: (match: ChainMatch) => number, actual: (connection: Connection) => number): Level {
  return (chains, { connection }) => {
    const value = actual(connection);
    const exact = chains.filter(({ match }) => wanted(match) === value);
    return exact.length > 0 ? exact : chains.filter(({ match }) => wanted(match) === 0);
  };
}

/** Those with the longest prefix that holds the address; a chain that names none holds any by a prefix of no length. */
function byRange(
  wanted: (match: ChainMatch) => readonly Cidr[],
  actual: (connection: Connection) => Connection["remote"],
): Level {
  return (chains, { connection }) => {
    if (chains.every(({ match }) => wanted(match).length === 0)) return chains;
    const address = actual(connection);
    let longest = -1;
    let kept: FilterChain[] = [];
    for (const chain of chains) {
      const own = wanted(chain.match);
      const bits =
        own.length === 0
          ? 0
          : own.reduce((most, range) => (isWithin(range, address) ? Math.max(most, range.bits) : most), -1);
      if (bits < 0 || bits < longest) continue;
      if (bits > longest) kept = [];
      longest = bits;
      kept.push(chain);
    }
    return kept;
  };
}

function byServerName(chains: readonly FilterChain[], { serverName }: Inspected): readonly FilterChain[] {
  const without = (): readonly FilterChain[] => chains.filter(({ match }) => match.serverNames.length === 0);
  if (serverName === "") return without();
  const naming = (name: string): readonly FilterChain[] =>
    chains.filter(({ match }) => match.serverNames.includes(name));
  const exact = naming(serverName);
  if (exact.length > 0) return exact;
  for (let dot = serverName.indexOf(".", 1); dot >= 0; dot = serverName.indexOf(".", dot + 1)) {
    const found = naming(`*${serverName.slice(dot)}`);
    if (found.length > 0) return found;
  }
  return without();
}

function byTransport(chains: readonly FilterChain[], { transportProtocol }: Inspected): readonly FilterChain[] {
  const exact = chains.filter(({ match }) => match.transportProtocol === transportProtocol);
  return exact.length > 0 ? exact : chains.filter(({ match }) => match.transportProtocol === "");
}

/** The first that the client names and a chain knows, in the client's order. */
function byApplication(chains: readonly FilterChain[], { applicationProtocols }: Inspected): readonly FilterChain[] {
  for (const protocol of applicationProtocols) {
    const found = chains.filter(({ match }) => match.applicationProtocols.includes(protocol));
    if (found.length > 0) return found;
  }
  return chains.filter(({ match }) => match.applicationProtocols.length === 0);
}

function bySourceType(chains: readonly FilterChain[], { connection }: Inspected): readonly FilterChain[] {
  if (chains.every(({ match }) => match.sourceType === "any")) return chains;
  const { remote, local } = connection;
  const isSameHost = remote !== undefined && (isLoopback(remote) || (local !== undefined && isSame(remote, local)));
  const own = chains.filter(({ match }) => match.sourceType === (isSameHost ? "same-host" : "external"));
  return own.length > 0 ? own : chains.filter(({ match }) => match.sourceType === "any");
}

/** Source ports are not known beforehand: chains that name some are for others. */
function bySourcePort(chains: readonly FilterChain[]): readonly FilterChain[] {
  return chains.filter(({ match }) => match.sourcePorts.length === 0);
}
