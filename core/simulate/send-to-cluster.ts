import { parseAddress } from "#core/simulate/address.ts";
import { arrive } from "#core/simulate/arrive.ts";
import type { Call, CallResult, Hop } from "#core/simulate/call.ts";
import { finish, NO_HEADERS, NOTHING, type Notes, unavailable } from "#core/simulate/call-result.ts";
import { type EndpointShare, shareEndpoints, socketFor } from "#core/simulate/choose-endpoint.ts";
import type { Cluster, Endpoint } from "#core/simulate/cluster.ts";
import type { Forwarded } from "#core/simulate/decision.ts";
import type { Dice } from "#core/simulate/dice.ts";
import type { Connection } from "#core/simulate/exchange.ts";
import { offeredAlpn, offeredSecurity, refusesStranger, spokenTo } from "#core/simulate/handshake.ts";
import { Headers } from "#core/simulate/headers.ts";
import { isRetried } from "#core/simulate/is-retried.ts";
import type { Place } from "#core/simulate/step.ts";

/** A request, or the bytes of a connection, on their way to a cluster. */
export interface Sending {
  readonly call: Call;
  /** Of the cluster. */
  readonly name: string;
  readonly forwarded: Forwarded | undefined;
  /** The host that was looked up for the call, maybe with a port; undefined: none was. */
  readonly lookedUp: string | undefined;
  /** The bytes are TLS that does not end at this proxy. */
  readonly passesTls?: boolean;
  readonly dice: Dice;
  readonly notes: Notes | undefined;
  readonly hop: Hop;
}

/** To an endpoint of the cluster, and to others as long as the route retries. */
export function sendToCluster(sending: Sending): CallResult {
  const { forwarded, notes } = sending;
  const tried: Tried = { groups: new Set(), priorities: [], left: new Set() };
  let result = attempt(sending, tried);
  const retries = forwarded?.action.retries;
  if (forwarded === undefined || retries === undefined) return result;
  const { headers } = forwarded.exchange;
  for (let number = 2; number <= retries.attempts + 1 && isRetried(retries, result); number += 1) {
    notes?.add({
      at: "router",
      result: "changed",
      title: `attempt ${number}`,
      why: `the last one failed: ${result.details}; retried on ${retries.on}`,
      place: undefined,
      origins: forwarded.route.origins,
    });
    if (headers.has("x-envoy-attempt-count")) headers.set("x-envoy-attempt-count", String(number));
    leavePriorities(tried, retries.leavesPriorityAfter);
    const before = result.hops.slice(1);
    const next = attempt(sending, tried);
    const [own, ...called] = next.hops;
    result = { ...next, hops: own === undefined ? before : [own, ...before, ...called] };
  }
  return result;
}

/** Where earlier attempts went. */
interface Tried {
  readonly groups: Set<string>;
  /** Of each attempt that went somewhere. */
  readonly priorities: number[];
  /** Those that are not tried again while there are others. */
  readonly left: Set<number>;
}

/** Envoy's `previous_priorities`. */
function leavePriorities({ priorities, left }: Tried, after: number): void {
  if (after > 0 && priorities.length > 0 && priorities.length % after === 0)
    for (const priority of priorities) left.add(priority);
}

interface Group {
  readonly key: string;
  readonly endpoints: Endpoint[];
  share: number;
}

function groupShares(shares: readonly EndpointShare[], groupOf: Call["groupOf"]): Group[] {
  const groups = new Map<string, Group>();
  for (const { endpoint, share } of shares) {
    const key = groupOf(endpoint);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { key, endpoints: [endpoint], share });
    else {
      known.endpoints.push(endpoint);
      known.share += share;
    }
  }
  return [...groups.values()].filter(({ share }) => share > 0);
}

/** The share of each group when one that was tried already is put back and drawn anew, so often at most. */
export function redrawn(
  groups: readonly { readonly key: string; readonly share: number }[],
  tried: ReadonlySet<string>,
  redraws: number,
): number[] {
  const sum = (some: typeof groups): number => some.reduce((total, { share }) => total + share, 0);
  const again = sum(groups.filter(({ key }) => tried.has(key))) / sum(groups);
  if (redraws === 0 || again === 0 || again === 1) return groups.map(({ share }) => share);
  const stays = again ** (redraws + 1);
  return groups.map(({ key, share }) =>
    tried.has(key) ? (share * stays) / again : (share * (1 - stays)) / (1 - again),
  );
}

function attempt(sending: Sending, tried: Tried): CallResult {
  const { call, name, forwarded, lookedUp, passesTls = false, dice, notes, hop } = sending;
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
  const endpointsPlace: Place =
    cluster.discovery === "eds"
      ? { type: "EDS", resource: cluster.endpointsName, path: "" }
      : { type: "CDS", resource: name, path: "loadAssignment" };
  if (cluster.discovery === "original-dst")
    return { ...base, by: "outside", details: "goes to the address that the caller meant", security: "plain text" };
  const known = cluster.discovery === "by-call" ? namedEndpoint(cluster, lookedUp) : from.image.endpoints(cluster);
  const all = groupShares(shareEndpoints(cluster, known, tried.left), call.groupOf);
  const shares = redrawn(all, tried.groups, forwarded?.action.retries?.redraws ?? 0);
  const chosen = all.length === 0 ? undefined : all[all.length === 1 ? 0 : dice.pick(shares)];
  const endpoint = chosen?.endpoints[0];
  if (chosen === undefined || endpoint === undefined) {
    notes?.add({
      at: "cluster",
      result: "ended",
      title: name,
      why: "has no healthy endpoint",
      place: endpointsPlace,
      origins,
    });
    return failed("UH", "no_healthy_upstream");
  }
  tried.groups.add(chosen.key);
  tried.priorities.push(endpoint.priority);
  notes?.add({
    at: "endpoint",
    result: "found",
    title: endpoint.port === 0 ? endpoint.address : `${endpoint.address}:${endpoint.port}`,
    why: `${describeChoice(cluster, chosen, forwarded?.action.hashes ?? [])}${describePlace(endpoint, known)}`,
    place: endpointsPlace,
    origins,
  });
  const { socket, name: socketName, index } = socketFor(cluster, endpoint);
  if (socket.kind === "tls" && socket.lacks !== undefined) {
    const why = `it is called with the credential ${socket.lacks}, and nobody has stored it`;
    notes?.add({
      at: "TLS",
      result: "ended",
      title: "no certificate",
      why,
      place: { type: "CDS", resource: name, path: "transportSocket" },
      origins,
    });
    return failed("UF", why);
  }
  notes?.add({
    at: "TLS",
    result: "passed",
    title: offeredSecurity(socket),
    why:
      socketName === ""
        ? "the cluster's transport socket"
        : `transport socket ${socketName} matches the endpoint's metadata`,
    place: {
      type: "CDS",
      resource: name,
      path: index >= 0 ? `transportSocketMatches[${index}]` : socket.kind === "plain" ? "" : "transportSocket",
    },
    origins,
  });
  const reached = { ...base, endpoints: chosen.endpoints };
  const called = call.partyAt(endpoint);
  // What is labelled as a part of the mesh may be one whose proxy is not known here.
  const refused =
    called === undefined && socketName === "" && endpoint.workload === undefined ? refusesStranger(socket) : undefined;
  if (refused !== undefined) return failed("UF", refused);
  if (called === undefined)
    return {
      ...reached,
      by: "outside",
      security: offeredSecurity(socket),
      response: forwarded === undefined ? NO_HEADERS : finish(forwarded, new Headers()),
    };
  if (passesTls && socket.kind === "plain")
    return { ...reached, by: "unknown", details: "what is in TLS that passes through is not followed here" };
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
  return arrive({ called, incoming, endpoint, socket, reached, forwarded, call, dice, isTraced: notes !== undefined });
}

/** Where a call goes by its own word: nowhere, if nobody has looked it up. */
function namedEndpoint({ socket }: Cluster, lookedUp: string | undefined): Endpoint[] {
  if (lookedUp === undefined) return [];
  const port = /:(\d+)$/.exec(lookedUp)?.[1];
  const endpoint: Endpoint = {
    address: port === undefined ? lookedUp : lookedUp.slice(0, -port.length - 1),
    port: port === undefined ? (socket.kind === "tls" ? 443 : 80) : Number(port),
    weight: 1,
    health: "healthy",
    priority: 0,
    locality: "",
    localityWeight: 0,
    workload: undefined,
    socketMatch: new Map(),
  };
  return [endpoint];
}

/** Empty where no endpoint goes before another. */
function describePlace({ locality, priority }: Endpoint, all: readonly Endpoint[]): string {
  const priorities = new Set(all.map((each) => each.priority)).size;
  const place = locality === "" ? "" : ` in ${locality}`;
  return priorities > 1 ? `; priority ${priority} of 0 to ${priorities - 1}${place}` : place === "" ? "" : `;${place}`;
}

function describeChoice(
  { balancer, discovery }: Cluster,
  { share, endpoints }: Group,
  hashes: readonly string[],
): string {
  if (discovery === "by-call") return "the host that the call names, looked up by DNS";
  const part = `${Number((share * 100).toFixed(2))} % of the cluster's requests`;
  const among = endpoints.length === 1 ? "" : `, shared by ${endpoints.length} endpoints`;
  const hash =
    (balancer === "ring-hash" || balancer === "maglev") && hashes.length > 0
      ? `; the same endpoint for the same ${hashes.join(", ")}`
      : "";
  return `${balancer}: ${part}${among}${hash}`;
}
