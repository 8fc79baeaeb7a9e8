import type { ListenerMatch } from "#core/resolve/envoy-patches.ts";
import type { FilterChain } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import type { Listener } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";

/** The listeners that captured traffic comes to: a port is one of their chains. */
const VIRTUAL: ReadonlySet<string> = new Set(["virtualInbound", "virtualOutbound"]);

/** `ports` are those by which people know the listener, beside the one that it binds. */
export function matchesListener(
  match: ListenerMatch | undefined,
  listener: Listener,
  ports: readonly number[],
  isWholeListener: boolean,
): boolean {
  if (match === undefined) return true;
  const { name = "", portNumber = 0 } = match;
  if (name !== "" && name !== listener.name) return false;
  if (!isWholeListener && VIRTUAL.has(listener.name)) return true;
  return portNumber === 0 || ports.includes(portNumber) || portOf(listener) === portNumber;
}

function portOf({ address }: Listener): number | undefined {
  const socket = address?.address.case === "socketAddress" ? address.address.value : undefined;
  return socket?.portSpecifier.case === "portValue" ? socket.portSpecifier.value : undefined;
}

/** Of a listener that matches. */
export function matchesChain(match: ListenerMatch | undefined, listener: Listener, chain: FilterChain): boolean {
  if (match === undefined) return true;
  const found = chain.filterChainMatch;
  const { portNumber = 0, filterChain } = match;
  if (portNumber !== 0 && VIRTUAL.has(listener.name) && found?.destinationPort !== portNumber) return false;
  if (filterChain === undefined) return true;
  const { name = "", sni = "", transportProtocol = "", applicationProtocols = "", destinationPort = 0 } = filterChain;
  return (
    (name === "" || name === chain.name) &&
    (sni === "" || found?.serverNames.includes(sni) === true) &&
    (transportProtocol === "" || found?.transportProtocol === transportProtocol) &&
    (applicationProtocols === "" ||
      applicationProtocols.split(",").every((each) => found?.applicationProtocols.includes(each) === true)) &&
    (destinationPort === 0 || found?.destinationPort === destinationPort)
  );
}

/** The network filter that it names; undefined: all of a chain. */
export function namedFilter(match: ListenerMatch | undefined): string | undefined {
  return match?.filterChain?.filter === undefined ? undefined : (match.filterChain.filter.name ?? "");
}

/** The HTTP filter that it names; undefined: all of a connection manager. */
export function namedHttpFilter(match: ListenerMatch | undefined): string | undefined {
  const inner = match?.filterChain?.filter?.subFilter;
  return inner === undefined ? undefined : (inner.name ?? "");
}

/** The listener filter that it names; undefined: all of a listener. */
export function namedListenerFilter(match: ListenerMatch | undefined): string | undefined {
  return match?.listenerFilter === undefined || match.listenerFilter === "" ? undefined : match.listenerFilter;
}
