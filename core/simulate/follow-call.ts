import { parseAddress } from "#core/simulate/address.ts";
import { type EndpointShare, shareEndpoints, socketFor } from "#core/simulate/choose-endpoint.ts";
import type { Cluster, Endpoint } from "#core/simulate/cluster.ts";
import { acceptConnection, decideTcp } from "#core/simulate/decide-connection.ts";
import { decideHttp } from "#core/simulate/decide-http.ts";
import type { Forwarded } from "#core/simulate/decision.ts";
import type { Dice } from "#core/simulate/dice.ts";
import { type Connection, Exchange, type PeerCertificate } from "#core/simulate/exchange.ts";
import { findInboundListener } from "#core/simulate/find-listener.ts";
import { type Handshake, offeredAlpn, shakeHands, spokenTo } from "#core/simulate/handshake.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { Listener } from "#core/simulate/listener.ts";
import { replyAs } from "#core/simulate/local-reply.ts";
import type { ProxyImage } from "#core/simulate/proxy-image.ts";
import { applyHeaderOperations } from "#core/simulate/read/header-operations.ts";
import type { Step, Trace } from "#core/simulate/step.ts";

/** A proxy that takes part: what it holds, and the certificate that it shows. */
export interface Party {
  readonly name: string;
  readonly image: ProxyImage;
  readonly certificate: PeerCertificate;
  /** Where others reach it from. */
  readonly address: string;
}

/** A request, or a connection where `headers` is undefined, as it comes to the first proxy. */
export interface Call {
  readonly from: Party;
  readonly listener: Listener;
  readonly connection: Connection;
  readonly headers: Headers | undefined;
  /** Who answers at an endpoint; undefined: nobody whose proxy is known here. */
  readonly partyAt: (endpoint: Endpoint) => Party | undefined;
  /** Endpoints that come to the same are followed as one. */
  readonly groupOf: (endpoint: Endpoint) => string;
}

export interface Hop {
  readonly proxy: string;
  readonly side: "caller" | "called";
  readonly steps: readonly Step[];
}

/** What came of a call. */
export interface CallResult {
  /** Undefined for connections, and where a request went to an application. */
  readonly status: number | undefined;
  readonly flags: string;
  readonly details: string;
  /** Who had the last word. */
  readonly by: "caller" | "called" | "application" | "outside" | "unknown";
  readonly cluster: string | undefined;
  /** All that come to the same; the first was followed. */
  readonly endpoints: readonly Endpoint[];
  readonly security: "mutual TLS" | "TLS" | "plain text" | undefined;
  /** As the application, or whoever is last, gets it. */
  readonly request: Headers | undefined;
  /** What proxies put on the answer. */
  readonly response: Headers;
  readonly delayMs: number;
  readonly hops: readonly Hop[];
}

class Notes implements Trace {
  readonly steps: Step[] = [];
  add(step: Step): void {
    this.steps.push(step);
  }
}

const NO_HEADERS: Headers = new Headers();
const NOTHING: Omit<CallResult, "by" | "hops"> = {
  status: undefined,
  flags: "",
  details: "",
  cluster: undefined,
  endpoints: [],
  security: undefined,
  request: undefined,
  response: NO_HEADERS,
  delayMs: 0,
};

/**
 * One way in which a call can go, as the dice fall: through the caller's proxy, to an endpoint, and where that is a workload
 * whose proxy is known, through that one's inbound side to its application.
 */
export function followCall(call: Call, dice: Dice, isTraced: boolean): CallResult {
  const notes = isTraced ? new Notes() : undefined;
  const { from, listener, connection } = call;
  const hop: Hop = { proxy: from.name, side: "caller", steps: notes?.steps ?? [] };
  const ended = (result: Partial<CallResult>): CallResult => ({ ...NOTHING, by: "caller", hops: [hop], ...result });
  notes?.add({
    at: "listener",
    result: "found",
    title: listener.name,
    why: listener.binds
      ? `takes connections to port ${listener.port}`
      : `takes captured connections to port ${connection.localPort}`,
    place: { type: "LDS", resource: listener.name, path: "" },
    origins: [],
  });
  const chain = acceptConnection(from.image, listener, connection, notes);
  if ("kind" in chain) return ended({ flags: chain.flags, details: chain.details });
  const { serves } = chain;
  if (serves === undefined) return ended({ by: "unknown", details: "the chain's last filter is not evaluated here" });
  if (serves.kind === "tcp") {
    const decided = decideTcp(listener, chain, serves, connection, dice, notes);
    if (decided.kind === "closed") return ended({ flags: decided.flags, details: decided.details });
    if (decided.kind === "undecided") return ended({ by: "unknown", details: decided.what });
    return goOn(call, decided.cluster, undefined, dice, notes, hop);
  }
  if (call.headers === undefined)
    return ended({ details: "the chain speaks HTTP, and the connection does not", flags: "DPE" });
  const exchange = new Exchange(connection, Headers.copy(call.headers));
  const at = { listener: listener.name, path: `filterChains[${chain.index}].filters` };
  const decided = decideHttp(from.image, serves, exchange, dice, notes, at);
  if (decided.kind === "undecided") return ended({ by: "unknown", details: decided.what });
  if (decided.kind === "answered")
    return ended({
      status: decided.status,
      flags: decided.flags,
      details: decided.details,
      response: decided.headers,
      delayMs: decided.delayMs,
    });
  return goOn(call, decided.cluster, decided, dice, notes, hop);
}

interface Group {
  readonly endpoints: Endpoint[];
  share: number;
}

function groupShares(shares: readonly EndpointShare[], groupOf: Call["groupOf"]): Group[] {
  const groups = new Map<string, Group>();
  for (const { endpoint, share } of shares) {
    const key = groupOf(endpoint);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { endpoints: [endpoint], share });
    else {
      known.endpoints.push(endpoint);
      known.share += share;
    }
  }
  return [...groups.values()].filter(({ share }) => share > 0);
}

/** From the cluster on. */
function goOn(
  call: Call,
  name: string,
  forwarded: Forwarded | undefined,
  dice: Dice,
  notes: Notes | undefined,
  hop: Hop,
): CallResult {
  const { from, connection } = call;
  const base = {
    ...NOTHING,
    by: "caller" as const,
    hops: [hop],
    cluster: name,
    delayMs: forwarded?.delayMs ?? 0,
    request: forwarded?.exchange.headers,
  };
  const failed = (flags: string, details: string): CallResult => ({
    ...base,
    ...(forwarded === undefined ? {} : unavailable(forwarded, flags)),
    flags,
    details,
  });
  const cluster = from.image.cluster(name);
  if (cluster === undefined) return failed("NC", "cluster_not_found");
  const origins = from.image.origins("CDS", name);
  if (cluster.discovery === "original-dst")
    return { ...base, by: "outside", details: "goes to the address that the caller meant", security: "plain text" };
  const groups = groupShares(shareEndpoints(cluster, from.image.endpoints(cluster)), call.groupOf);
  const chosen =
    groups.length === 0 ? undefined : groups[groups.length === 1 ? 0 : dice.pick(groups.map(({ share }) => share))];
  const endpoint = chosen?.endpoints[0];
  if (chosen === undefined || endpoint === undefined) {
    notes?.add({
      at: "cluster",
      result: "ended",
      title: name,
      why: "has no healthy endpoint",
      place: { type: cluster.discovery === "eds" ? "EDS" : "CDS", resource: name, path: "" },
      origins,
    });
    return failed("UH", "no_healthy_upstream");
  }
  notes?.add({
    at: "endpoint",
    result: "found",
    title: endpoint.port === 0 ? endpoint.address : `${endpoint.address}:${endpoint.port}`,
    why: describeChoice(cluster, chosen, forwarded?.action.hashes ?? []),
    place: { type: cluster.discovery === "eds" ? "EDS" : "CDS", resource: name, path: "" },
    origins,
  });
  const { socket, name: socketName, index } = socketFor(cluster, endpoint);
  notes?.add({
    at: "TLS",
    result: "passed",
    title: socket.kind === "plain" ? "plain text" : socket.certificate === undefined ? "TLS" : "mutual TLS",
    why:
      socketName === ""
        ? "the cluster's transport socket"
        : `transport socket ${socketName} matches the endpoint's metadata`,
    place: { type: "CDS", resource: name, path: index < 0 ? "transportSocket" : `transportSocketMatches[${index}]` },
    origins,
  });
  const reached = { ...base, endpoints: chosen.endpoints };
  const called = call.partyAt(endpoint);
  if (called === undefined)
    return {
      ...reached,
      by: "outside",
      security: socket.kind === "plain" ? "plain text" : socket.certificate === undefined ? "TLS" : "mutual TLS",
      response: forwarded === undefined ? NO_HEADERS : finish(forwarded, new Headers()),
    };
  const speaks = spokenTo(cluster, connection.speaks);
  const incoming: Connection = {
    remote: parseAddress(from.address),
    local: parseAddress(endpoint.address),
    localPort: endpoint.port,
    speaks,
    tls:
      socket.kind === "plain"
        ? undefined
        : {
            serverName: socket.serverName ?? "",
            alpn: offeredAlpn(socket, speaks),
            peer: socket.certificate === undefined ? undefined : from.certificate,
          },
  };
  return arrive({ called, incoming, endpoint, socket, reached, forwarded, from, dice, isTraced: notes !== undefined });
}

function describeChoice({ balancer }: Cluster, { share, endpoints }: Group, hashes: readonly string[]): string {
  const part = `${Number((share * 100).toFixed(2))} % of the cluster's requests`;
  const among = endpoints.length === 1 ? "" : `, shared by ${endpoints.length} endpoints`;
  const hash =
    (balancer === "ring-hash" || balancer === "maglev") && hashes.length > 0
      ? `; the same endpoint for the same ${hashes.join(", ")}`
      : "";
  return `${balancer}: ${part}${among}${hash}`;
}

interface Arrival {
  readonly called: Party;
  readonly incoming: Connection;
  readonly endpoint: Endpoint;
  readonly socket: Parameters<typeof shakeHands>[0];
  readonly reached: CallResult;
  readonly forwarded: Forwarded | undefined;
  readonly from: Party;
  readonly dice: Dice;
  readonly isTraced: boolean;
}

/** At the called workload's proxy. */
function arrive({ called, incoming, endpoint, socket, reached, forwarded, from, dice, isTraced }: Arrival): CallResult {
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
  const hands: Handshake = shakeHands(socket, chain, { client: from.certificate, server: called.certificate });
  notes?.add({
    at: "TLS",
    result: hands.isDone ? "passed" : "ended",
    title: hands.isDone ? hands.security : "no agreement",
    why: hands.isDone ? `what the caller offers is what the chain takes` : hands.why,
    place: { type: "LDS", resource: listener.name, path: `filterChains[${chain.index}].transportSocket` },
    origins: called.image.origins("LDS", listener.name),
  });
  if (!hands.isDone) return failed(hands.flags, hands.why);
  const secured = { ...reached, hops, security: hands.security };
  const { serves } = chain;
  if (serves === undefined)
    return { ...secured, by: "unknown", details: "the chain's last filter is not evaluated here" };
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
  const at = { listener: listener.name, path: `filterChains[${chain.index}].filters` };
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

/** The caller's proxy answers for an upstream that it does not reach. */
function unavailable(forwarded: Forwarded, flags: string): Pick<CallResult, "status" | "response"> {
  const response: Headers = new Headers();
  const body = flags === "UH" ? "no healthy upstream" : "upstream connect error or disconnect/reset before headers";
  const status = replyAs(forwarded.exchange.headers, 503, response, body);
  return { status, response: finish(forwarded, response) };
}

/** HTTP/1.1 carries no scheme. */
function upstreamHeaders(headers: Headers, speaks: Connection["speaks"]): Headers {
  const sent: Headers = Headers.copy(headers);
  if (speaks !== "h2") sent.delete(":scheme");
  return sent;
}

/** What the route does to an answer on its way back. */
function finish({ response, cors, exchange }: Forwarded, headers: Headers): Headers {
  for (const operations of response) applyHeaderOperations(operations, headers, exchange.headers);
  for (const [name, value] of cors ?? []) headers.set(name, value);
  return headers;
}
