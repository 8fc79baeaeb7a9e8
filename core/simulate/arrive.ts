import { parseAddress } from "#core/simulate/address.ts";
import type { Call, CallResult, Hop, Party } from "#core/simulate/call.ts";
import { finish, NO_HEADERS, Notes, unavailable } from "#core/simulate/call-result.ts";
import { shareEndpoints } from "#core/simulate/choose-endpoint.ts";
import type { Endpoint } from "#core/simulate/cluster.ts";
import { acceptConnection, decideTcp } from "#core/simulate/decide-connection.ts";
import { decideHttp } from "#core/simulate/decide-http.ts";
import type { Forwarded } from "#core/simulate/decision.ts";
import type { Dice } from "#core/simulate/dice.ts";
import { type Connection, Exchange } from "#core/simulate/exchange.ts";
import { findInboundListener } from "#core/simulate/find-listener.ts";
import { type Handshake, offeredSecurity, refusesStranger, shakeHands } from "#core/simulate/handshake.ts";
import { Headers } from "#core/simulate/headers.ts";

/** A connection from a caller's proxy, and what is known of the call so far. */
export interface Arrival {
  readonly called: Party;
  readonly incoming: Connection;
  readonly endpoint: Endpoint;
  readonly socket: Parameters<typeof shakeHands>[0];
  readonly reached: CallResult;
  readonly forwarded: Forwarded | undefined;
  readonly call: Pick<Call, "from" | "partyAt">;
  readonly dice: Dice;
  readonly isTraced: boolean;
}

/** What the called workload's proxy makes of it. */
export function arrive({
  called,
  incoming,
  endpoint,
  socket,
  reached,
  forwarded,
  call,
  dice,
  isTraced,
}: Arrival): CallResult {
  const { from } = call;
  const notes = isTraced ? new Notes() : undefined;
  const hops: Hop[] = [...reached.hops, { proxy: called.name, side: "called", steps: notes?.steps ?? [] }];
  const failed = (flags: string, details: string): CallResult => ({
    ...reached,
    hops,
    by: "caller",
    ...(forwarded === undefined ? {} : unavailable(forwarded, flags)),
    flags,
    details,
  });
  const listener = findInboundListener(called.image, endpoint.address, endpoint.port);
  if (listener === undefined) {
    notes?.add({
      at: "listener",
      result: "ended",
      title: "none",
      why: `no listener takes connections to port ${endpoint.port}`,
      place: undefined,
      origins: [],
    });
    return failed("UF", "connection refused");
  }
  notes?.add({
    at: "listener",
    result: "found",
    title: listener.name,
    why: `takes connections to port ${endpoint.port}`,
    place: { type: "LDS", resource: listener.name, path: "" },
    origins: [],
  });
  const chain = acceptConnection(called.image, listener, incoming, notes);
  if ("kind" in chain)
    return failed(
      incoming.tls === undefined ? "UC" : "UF",
      "the called side closes the connection: no filter chain takes it",
    );
  if (chain.tls === undefined && incoming.tls !== undefined && chain.serves?.kind === "tcp") {
    const decided = decideTcp(listener, chain, chain.serves, incoming, dice, notes);
    const on = decided.kind === "tunnelled" ? passOn(called, decided.cluster, dice) : undefined;
    const next = on === undefined ? undefined : call.partyAt(on);
    // Round and round would be a mistake of who wrote it, and no answer.
    if (on === undefined || hops.length > HOPS_MAX) return failed("UF", "the gateway closes the connection");
    if (next === undefined) {
      const refused = refusesStranger(socket);
      if (refused !== undefined) return failed("UF", refused);
      return { ...reached, hops, by: "outside", endpoints: [on], security: offeredSecurity(socket) };
    }
    const passed = { ...incoming, remote: parseAddress(called.address), localPort: on.port };
    const at = { ...passed, local: parseAddress(on.address) };
    const onward = { ...reached, hops, endpoints: [on] };
    return arrive({
      called: next,
      incoming: at,
      endpoint: on,
      socket,
      reached: onward,
      forwarded,
      call,
      dice,
      isTraced,
    });
  }
  const hands: Handshake = shakeHands(socket, chain, { client: from.certificate, server: called.certificate });
  notes?.add({
    at: "TLS",
    result: hands.isDone ? "passed" : "ended",
    title: hands.isDone ? hands.security : "no agreement",
    why: hands.isDone ? `what the caller offers is what the chain takes` : hands.why,
    place: {
      type: "LDS",
      resource: listener.name,
      path: chain.tls === undefined ? chain.path : `${chain.path}.transportSocket`,
    },
    origins: called.image.origins("LDS", listener.name),
  });
  if (!hands.isDone) return failed(hands.flags, hands.why);
  const secured = { ...reached, hops, security: hands.security };
  const { serves } = chain;
  if (serves === undefined)
    return { ...secured, by: "unknown", details: "a filter of the chain is not evaluated here" };
  if (serves.kind === "tcp") {
    const decided = decideTcp(listener, chain, serves, incoming, dice, notes);
    if (decided.kind === "tunnelled")
      return {
        ...secured,
        by: "application",
        response: forwarded === undefined ? NO_HEADERS : finish(forwarded, new Headers()),
      };
    if (forwarded !== undefined && decided.kind === "closed") return { ...failed("UC", decided.details), by: "called" };
    return decided.kind === "closed"
      ? { ...secured, by: "called", flags: decided.flags, details: decided.details }
      : { ...secured, by: "unknown", details: decided.what };
  }
  if (forwarded === undefined)
    return { ...secured, by: "unknown", details: "bytes that are not known here come to a chain that speaks HTTP" };
  const exchange = new Exchange(incoming, upstreamHeaders(forwarded.exchange.headers, incoming.speaks));
  const at = { listener: listener.name, path: serves.path };
  const decided = decideHttp(called.image, serves, exchange, dice, notes, at);
  if (decided.kind === "undecided") return { ...secured, by: "unknown", details: decided.what };
  const answered = { ...secured, request: exchange.headers, delayMs: reached.delayMs + decided.delayMs };
  if (decided.kind === "answered")
    return {
      ...answered,
      by: "called",
      status: decided.status,
      flags: decided.flags,
      details: decided.details,
      response: finish(forwarded, decided.headers),
    };
  return { ...answered, by: "application", response: finish(forwarded, finish(decided, new Headers())) };
}

const HOPS_MAX = 5;

/** To whom a proxy passes TLS on that does not end there. */
function passOn({ image }: Party, name: string, dice: Dice): Endpoint | undefined {
  const cluster = image.cluster(name);
  if (cluster === undefined) return undefined;
  const shares = shareEndpoints(cluster, image.endpoints(cluster)).filter(({ share }) => share > 0);
  return shares.length === 0 ? undefined : shares[dice.pick(shares.map(({ share }) => share))]?.endpoint;
}

/** HTTP/1.1 carries no scheme. */
function upstreamHeaders(headers: Headers, speaks: Connection["speaks"]): Headers {
  const sent: Headers = Headers.copy(headers);
  if (speaks !== "h2") sent.delete(":scheme");
  return sent;
}
