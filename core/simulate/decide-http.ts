import type { Answered, HttpDecision } from "#core/simulate/decision.ts";
import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import { passFilter, type Routed } from "#core/simulate/filters.ts";
import { findRoute, whyNot } from "#core/simulate/find-route.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { HttpManager } from "#core/simulate/listener.ts";
import { replyAs } from "#core/simulate/local-reply.ts";
import type { Passed } from "#core/simulate/passed.ts";
import { prepareRequest } from "#core/simulate/prepare-request.ts";
import type { ProxyImage } from "#core/simulate/proxy-image.ts";
import { applyHeaderOperations, type HeaderOperations } from "#core/simulate/read/header-operations.ts";
import { upgradeOf } from "#core/simulate/read-http1.ts";
import { redirectLocation } from "#core/simulate/redirect-location.ts";
import type { Destination, ForwardAction, Rewrite, Route } from "#core/simulate/route.ts";
import type { Place, Trace } from "#core/simulate/step.ts";
import { tellTimeout } from "#core/simulate/tell-timeout.ts";
import type { VirtualHosts } from "#core/simulate/virtual-hosts.ts";

/** Where the manager stands: what steps are told to be at. */
export interface ManagerPlace {
  readonly listener: string;
  /** Of the network filter: `filterChains[0].filters[1]`. */
  readonly path: string;
}

/**
 * What a proxy does with one request that came to it. The exchange is changed on the way, and is the decision's afterwards.
 * With a trace every step is written down; without one nothing is.
 */
export function decideHttp(
  image: ProxyImage,
  manager: HttpManager,
  exchange: Exchange,
  dice: Dice,
  trace?: Trace,
  at?: ManagerPlace,
): HttpDecision {
  const passed: Passed = { delayMs: 0, cors: undefined, marks: new Set() };
  const refused = prepareRequest(manager, exchange);
  if (refused !== undefined) {
    const headers: Headers = new Headers(refused.location === undefined ? [] : [["location", refused.location]]);
    trace?.add({
      at: "HTTP",
      result: "ended",
      title: String(refused.status),
      why: refused.details,
      place: placeOf(at),
      origins: [],
    });
    if (refused.isByCodec)
      return { kind: "answered", status: refused.status, flags: "DPE", details: refused.details, headers, delayMs: 0 };
    return answer(
      manager,
      {
        status: refused.status,
        flags: refused.status === 400 ? "DPE" : "",
        details: refused.details,
        headers,
        delayMs: 0,
      },
      exchange,
      "",
    );
  }
  const hosts = typeof manager.routes === "string" ? image.routes(manager.routes) : manager.routes;
  const chooseRoute = () =>
    hosts === undefined ? undefined : route(image, hosts, tablePlace(manager, hosts, at), exchange, dice, trace);
  let found = chooseRoute();
  const upgrade = upgradeOf(exchange.headers);
  if (upgrade !== undefined && found !== undefined && !manager.upgrades.has(upgrade))
    return refuseUpgrade(manager, exchange, found, upgrade, trace, at);
  const { filters } = manager;
  for (let index = 0; index < filters.length; index++) {
    const filter = filters[index];
    if (filter === undefined) continue;
    const place = trace === undefined ? undefined : placeOf(at, `httpFilters[${index}]`);
    // A redirect to TLS is the router's: filters come before it, and no route says anything for them.
    const routed = found === "needs-tls" ? undefined : found;
    const stopped = passFilter(filter, exchange, routed, passed, dice, trace, place, image.trust);
    if (stopped === undefined) {
      if (!passed.clearsRoute) continue;
      passed.clearsRoute = false;
      found = chooseRoute();
      continue;
    }
    if ("kind" in stopped) return stopped;
    const headers: Headers = new Headers(stopped.headers);
    if (!stopped.isFinished && routed?.route.action.kind === "forward")
      for (const operations of responseOperations(routed)) applyHeaderOperations(operations, headers, exchange.headers);
    const { status, flags, details } = stopped;
    if (stopped.isFinished) return { kind: "answered", status, flags, details, headers, delayMs: passed.delayMs };
    return answer(
      manager,
      { status, flags, details, headers, delayMs: passed.delayMs },
      exchange,
      stopped.body,
      stopped.grpcStatus,
    );
  }
  if (found !== "needs-tls") return sendOn(image, manager, exchange, found, passed, trace);
  const headers: Headers = new Headers([["location", `https://${exchange.authority}${exchange.path}`]]);
  const { delayMs } = passed;
  return answer(manager, { status: 301, flags: "", details: "https_required", headers, delayMs }, exchange, "");
}

/** Where a route would take it: no filter sees it. */
function refuseUpgrade(
  manager: HttpManager,
  exchange: Exchange,
  found: Routed | "needs-tls",
  upgrade: string,
  trace?: Trace,
  at?: ManagerPlace,
): HttpDecision {
  const details = "upgrade_failed";
  trace?.add({
    at: "HTTP",
    result: "ended",
    title: "403",
    why: `the proxy lets nobody go on as ${JSON.stringify(upgrade)}`,
    place: placeOf(at, "upgradeConfigs"),
    origins: [],
  });
  const headers = new Headers();
  if (found !== "needs-tls" && found.route.action.kind === "forward")
    for (const operations of responseOperations(found)) applyHeaderOperations(operations, headers, exchange.headers);
  return answer(manager, { status: 403, flags: "", details, headers, delayMs: 0 }, exchange, "");
}

function placeOf(at: ManagerPlace | undefined, below = ""): Place | undefined {
  if (at === undefined) return undefined;
  return within({ type: "LDS", resource: at.listener, path: `${at.path}.typedConfig` }, below);
}

/** Where a route table stands: by itself, or in its manager. */
function tablePlace({ routes }: HttpManager, { table }: VirtualHosts, at: ManagerPlace | undefined): Place | undefined {
  return typeof routes === "string" ? { type: "RDS", resource: table.name, path: "" } : placeOf(at, "routeConfig");
}

/** Where a virtual host stands: in its table, or by itself. */
function hostPlace({ table }: VirtualHosts, name: string, place: Place): Place {
  const index = table.virtualHosts.findIndex((each) => each.name === name);
  return index < 0 ? { type: "VHDS", resource: name, path: "" } : within(place, `virtualHosts[${index}]`);
}

function within(place: Place, below: string): Place {
  return below === "" ? place : { ...place, path: place.path === "" ? below : `${place.path}.${below}` };
}

function answer(
  { replies }: HttpManager,
  told: Omit<Answered, "kind">,
  exchange: Exchange,
  body: string,
  grpcStatus?: number,
): Answered {
  const status = replies.find(({ holds }) => holds(exchange, told.status))?.status ?? told.status;
  return { kind: "answered", ...told, status: replyAs(exchange.headers, status, told.headers, body, grpcStatus) };
}

function route(
  image: ProxyImage,
  hosts: VirtualHosts,
  tableAt: Place | undefined,
  exchange: Exchange,
  dice: Dice,
  trace: Trace | undefined,
): Routed | "needs-tls" | undefined {
  const { table } = hosts;
  const virtualHost = hosts.find(exchange.authority);
  if (virtualHost === undefined) {
    trace?.add({
      at: "virtual host",
      result: "ended",
      title: "none",
      why: `no virtual host of ${table.name} has a domain for ${exchange.authority}`,
      place: tableAt,
      origins: tableAt === undefined ? [] : image.origins(tableAt.type, tableAt.resource),
    });
    return undefined;
  }
  const place = trace === undefined || tableAt === undefined ? undefined : hostPlace(hosts, virtualHost.name, tableAt);
  trace?.add({
    at: "virtual host",
    result: "found",
    title: virtualHost.name,
    why: `${exchange.authority} is one of its domains: ${virtualHost.domains.slice(0, 6).join(", ")}`,
    place,
    origins: place === undefined ? [] : image.origins(place.type, place.resource),
  });
  const isPlain = exchange.headers.get("x-forwarded-proto") !== "https";
  const isInternal = exchange.headers.get("x-envoy-internal") === "true";
  if (isPlain && (virtualHost.requiresTls === "all" || (virtualHost.requiresTls === "external-only" && !isInternal))) {
    trace?.add({
      at: "virtual host",
      result: "ended",
      title: "301",
      why: "it is served over TLS alone",
      place,
      origins: [],
    });
    return "needs-tls";
  }
  const found = findRoute(virtualHost, exchange, dice);
  if (trace !== undefined && place !== undefined) {
    for (const each of virtualHost.routes) {
      if (each === found) break;
      trace.add({
        at: "route",
        result: "passed",
        title: each.name || `route ${each.index}`,
        why: `does not hold: ${whyNot(each, exchange) ?? "by chance"}`,
        place: within(place, `routes[${each.index}]`),
        origins: each.origins,
      });
    }
    trace.add({
      at: "route",
      result: found === undefined ? "ended" : "found",
      title: found === undefined ? "none" : found.name || `route ${found.index}`,
      why:
        found === undefined
          ? "no route of this virtual host holds for the request"
          : found.conditions.map(({ text }) => text).join(", "),
      place: found === undefined ? place : within(place, `routes[${found.index}]`),
      origins: found?.origins ?? [],
    });
  }
  if (found === undefined) return undefined;
  return { table, virtualHost, route: found, destination: choose(found, dice) };
}

/** Envoy chooses among weights when it finds the route. */
function choose({ action }: Route, dice: Dice): Destination | undefined {
  if (action.kind !== "forward") return undefined;
  return action.destinations.length === 1 ? action.destinations[0] : action.destinations[dice.pick(action.weights)];
}

/** From the most specific to the most general, unless the table says that the most specific has the last word. */
function responseOperations({ table, virtualHost, route: own, destination }: Routed): HeaderOperations[] {
  const all = [
    ...(destination === undefined ? [] : [destination.response]),
    own.response,
    virtualHost.response,
    table.response,
  ];
  return table.mostSpecificWins ? all.reverse() : all;
}

function applyRequestOperations({ table, virtualHost, route: own, destination }: Routed, headers: Headers): void {
  const levels = [destination?.request, own.request, virtualHost.request, table.request];
  if (table.mostSpecificWins) levels.reverse();
  for (const level of levels) if (level !== undefined) applyHeaderOperations(level, headers, headers);
}

/** The router's turn. */
function sendOn(
  image: ProxyImage,
  manager: HttpManager,
  exchange: Exchange,
  routed: Routed | undefined,
  { delayMs, cors }: Passed,
  trace: Trace | undefined,
): HttpDecision {
  const none: Headers = new Headers();
  if (routed === undefined)
    return answer(
      manager,
      { status: 404, flags: "NR", details: "route_not_found", headers: none, delayMs },
      exchange,
      "",
    );
  const { action, matched } = routed.route;
  const { headers } = exchange;
  if (action.kind === "unknown") return { kind: "undecided", what: action.what };
  const length = matched(exchange.pathOnly);
  if (action.kind === "direct" || action.kind === "redirect") {
    const status = action.status;
    if (action.kind === "redirect") rewritePath(action.rewrite, exchange, length);
    const told: Headers = new Headers();
    if (status === 201 || (status >= 300 && status < 400))
      told.set("location", redirectLocation(action.kind === "redirect" ? action : undefined, headers));
    for (const operations of responseOperations(routed)) applyHeaderOperations(operations, told, headers);
    trace?.add({
      at: "router",
      result: "ended",
      title: String(status),
      why: action.kind === "redirect" ? `the route redirects to ${told.get("location")}` : "the route answers itself",
      place: undefined,
      origins: routed.route.origins,
    });
    return answer(
      manager,
      { status, flags: "", details: "direct_response", headers: told, delayMs },
      exchange,
      action.kind === "direct" ? action.body : "",
    );
  }
  const name =
    action.clusterHeader === undefined
      ? (routed.destination?.cluster ?? "")
      : (headers.get(action.clusterHeader) ?? "");
  const response = responseOperations(routed);
  if (image.cluster(name) === undefined) {
    const told: Headers = new Headers(cors);
    for (const operations of response) applyHeaderOperations(operations, told, headers);
    trace?.add({
      at: "router",
      result: "ended",
      title: String(action.notFoundStatus),
      why: `there is no cluster ${name}`,
      place: undefined,
      origins: routed.route.origins,
    });
    return answer(
      manager,
      { status: action.notFoundStatus, flags: "NC", details: "cluster_not_found", headers: told, delayMs },
      exchange,
      "",
    );
  }
  applyRequestOperations(routed, headers);
  rewriteRequest(action, exchange, length, routed.destination);
  if (routed.virtualHost.countsAttempts) headers.set("x-envoy-attempt-count", "1");
  tellTimeout(action, headers);
  trace?.add({
    at: "router",
    result: "passed",
    title: name,
    why: describeAction(action, routed.destination),
    place: undefined,
    origins: routed.route.origins,
  });
  return { kind: "forwarded", cluster: name, exchange, route: routed.route, action, response, cors, delayMs };
}

function rewriteRequest(
  action: ForwardAction,
  exchange: Exchange,
  matched: number,
  destination: Destination | undefined,
): void {
  const { headers } = exchange;
  const host = destination?.host ?? action.rewrite.host?.(headers, exchange.pathOnly);
  if (host !== undefined && host !== "") {
    headers.set("x-envoy-original-host", exchange.authority);
    headers.set(":authority", host);
  }
  const before = exchange.path;
  if (rewritePath(action.rewrite, exchange, matched)) headers.set("x-envoy-original-path", before);
}

/** False where the route does not ask for it. The query stays. */
function rewritePath({ path }: Rewrite, exchange: Exchange, matched: number): boolean {
  if (path === undefined) return false;
  const before = exchange.path;
  exchange.setPath(path(exchange.pathOnly, matched) + before.slice(exchange.pathOnly.length));
  return true;
}

function describeAction(
  { destinations, weights, timeoutMs, retries, mirrors, hashes }: ForwardAction,
  chosen: Destination | undefined,
): string {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share =
    destinations.length > 1 && chosen !== undefined ? `${chosen.weight} of ${total} requests` : "all requests";
  return [
    share,
    timeoutMs === 0 ? "no timeout" : `timeout ${timeoutMs} ms`,
    retries === undefined ? "no retries" : `up to ${retries.attempts} retries on ${retries.on}`,
    ...(hashes.length === 0 ? [] : [`the same way for the same ${hashes.join(", ")}`]),
    ...mirrors.map(({ cluster, parts, of }) => `${Number(((parts / of) * 100).toFixed(4))} % copied to ${cluster}`),
  ].join("; ");
}
