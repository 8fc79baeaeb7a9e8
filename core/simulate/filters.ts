import {
  askAuthorizer,
  describeMark,
  isForAuthorizer,
  MATCHED_POLICY,
  RULES_SAID,
} from "#core/simulate/ask-authorizer.ts";
import type { Undecided } from "#core/simulate/decision.ts";
import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import type { CorsConfig, FaultConfig, Filter, FilterConfig, RbacConfig, RbacRules } from "#core/simulate/filter.ts";
import { Headers } from "#core/simulate/headers.ts";
import { passLimits } from "#core/simulate/limits/pass-limits.ts";
import { passTokens } from "#core/simulate/pass-tokens.ts";
import type { Passed, Stopped } from "#core/simulate/passed.ts";
import { rbacOrigin } from "#core/simulate/rbac-origin.ts";
import { formatFraction } from "#core/simulate/read/fraction.ts";
import type { Destination, Route, RouteTable, VirtualHost } from "#core/simulate/route.ts";
import type { Place, Trace } from "#core/simulate/step.ts";
import type { TokenTrust } from "#core/simulate/tokens/token-trust.ts";

/** Where a request is going, as far as it is known. */
export interface Routed {
  readonly table: RouteTable;
  readonly virtualHost: VirtualHost;
  readonly route: Route;
  /** Of those with weights the one that was chosen. */
  readonly destination: Destination | undefined;
}

const NO_HEADERS: Headers = new Headers();
/** Where Envoy's RBAC filters keep what they said, whatever each is called in its chain. */
const RBAC_METADATA = "envoy.filters.http.rbac";

/** What the nearest level says for a filter. */
function configFor({ name }: Filter, routed: Routed | undefined): FilterConfig | undefined {
  if (routed === undefined) return undefined;
  return (
    routed.destination?.perFilter.get(name) ??
    routed.route.perFilter.get(name) ??
    routed.virtualHost.perFilter.get(name) ??
    routed.table.perFilter.get(name)
  );
}

/** One filter's turn; undefined: the request goes on. */
export function passFilter(
  filter: Filter,
  exchange: Exchange,
  routed: Routed | undefined,
  passed: Passed,
  dice: Dice,
  trace: Trace | undefined,
  place: Place | undefined,
  trust: TokenTrust | undefined,
): Stopped | Undecided | undefined {
  const own = configFor(filter, routed);
  if (filter.isDisabled && own === undefined) return undefined;
  const config = own ?? filter.config;
  switch (config.kind) {
    case "tokens":
      return passTokens(filter.name, config, exchange, passed, dice, trust, trace, place);
    case "rbac":
      return passRbac(filter.name, config, exchange, passed, dice, trace, place);
    case "ask":
      return askAuthorizer(config, passed.marks, "HTTP filter", trace, place);
    case "fault":
      return passFault(config, exchange, passed, dice, trace, place, routed);
    case "cors":
      return passCors(config, exchange, routed, passed, dice, trace, place);
    case "header-to-metadata":
      for (const name of config.removes) exchange.headers.delete(name);
      return undefined;
    case "limits":
      return config.set === undefined
        ? undefined
        : passLimits(routed?.table.limits.get(config.set), exchange, trace, place);
    case "grpc-web":
      translateGrpcWeb(exchange.headers);
      return undefined;
    case "look-up":
      exchange.lookedUp = exchange.authority;
      return undefined;
    case "tap":
    case "trace":
    case "router":
      return undefined;
    case "unknown":
      trace?.add({
        at: "HTTP filter",
        result: "ended",
        title: filter.name,
        why: `${config.type || "its configuration"} is not evaluated here: nobody knows what it does with the request`,
        place,
        origins: [],
      });
      return { kind: "undecided", what: `${filter.name} is not evaluated here` };
  }
}

/** A request in gRPC-Web goes on in gRPC, in Envoy's words. */
function translateGrpcWeb(headers: Headers): void {
  if (!/^application\/grpc-web(?:-text)?(?:\+proto)?$/.test(headers.get("content-type") ?? "")) return;
  headers.set("content-type", "application/grpc");
  headers.set("te", "trailers");
  headers.set("grpc-accept-encoding", "identity");
}

/** The first policy, by name, that a request matches. */
export function matchedPolicy({ policies }: RbacRules, exchange: Exchange, dice: Dice): string | undefined {
  for (const { name, permission, principal } of policies)
    if (permission.holds(exchange, dice) && principal.holds(exchange, dice)) return name;
  return undefined;
}

/** Whether rules let something through that matched this policy of theirs. */
export function isLetIn({ action }: RbacRules, matched: string | undefined): boolean {
  return action === "LOG" || (action === "ALLOW") === (matched !== undefined);
}

function passRbac(
  name: string,
  { rules, shadow, mark }: RbacConfig,
  exchange: Exchange,
  passed: Passed,
  dice: Dice,
  trace: Trace | undefined,
  place: Place | undefined,
): Stopped | undefined {
  if (shadow !== undefined && isForAuthorizer(mark)) {
    const matched = matchedPolicy(shadow, exchange, dice);
    if (matched !== undefined) passed.marks.add(mark + MATCHED_POLICY);
    exchange.note(RBAC_METADATA, mark + RULES_SAID, isLetIn(shadow, matched) ? "allowed" : "denied");
    const why = trace === undefined ? "" : describeMark(shadow, matched);
    trace?.add({ at: "HTTP filter", result: "passed", title: name, why, place, origins: rbacOrigin(matched, shadow) });
  } else if (trace !== undefined && shadow !== undefined) {
    const matched = matchedPolicy(shadow, exchange, dice);
    trace.add({
      at: "HTTP filter",
      result: "passed",
      title: `${name}, dry run`,
      why: `would ${isLetIn(shadow, matched) ? "let it through" : "answer 403"}: ${describeMatch(shadow, matched)}`,
      place,
      origins: rbacOrigin(matched),
    });
  }
  if (rules === undefined) return undefined;
  const matched = matchedPolicy(rules, exchange, dice);
  const passes = isLetIn(rules, matched);
  trace?.add({
    at: "HTTP filter",
    result: passes ? "passed" : "ended",
    title: name,
    why: describeMatch(rules, matched),
    place,
    origins: rbacOrigin(matched, rules),
  });
  if (passes) return undefined;
  return {
    status: 403,
    details: `rbac_access_denied_matched_policy[${matched ?? "none"}]`,
    flags: "",
    headers: NO_HEADERS,
    isFinished: false,
    body: "RBAC: access denied",
  };
}

export function describeMatch({ action, policies }: RbacRules, matched: string | undefined): string {
  const found = policies.find(({ name }) => name === matched);
  const because = found === undefined ? "" : `: ${found.permission.text}, and ${found.principal.text}`;
  if (action === "ALLOW")
    return found === undefined
      ? `none of the ${policies.length === 1 ? "1 rule" : `${policies.length} rules`} that allow matches, so it is refused`
      : `allowed by ${found.name}${because}`;
  if (action === "DENY")
    return found === undefined ? "no rule that denies matches" : `denied by ${found.name}${because}`;
  return found === undefined ? "no rule that audits matches" : `audited by ${found.name}${because}`;
}

function passFault(
  { conditions, delayMs, delayed, abort }: FaultConfig,
  exchange: Exchange,
  passed: Passed,
  dice: Dice,
  trace: Trace | undefined,
  place: Place | undefined,
  routed: Routed | undefined,
): Stopped | undefined {
  for (const { holds } of conditions) if (!holds(exchange, dice)) return undefined;
  const origins = routed?.route.origins ?? [];
  if (delayMs > 0 && dice.chance(delayed.parts, delayed.of)) {
    passed.delayMs += delayMs;
    trace?.add({
      at: "HTTP filter",
      result: "changed",
      title: "fault: delay",
      why: `${formatFraction(delayed)} of requests wait ${delayMs} ms`,
      place,
      origins,
    });
  }
  if (abort === undefined || !dice.chance(abort.share.parts, abort.share.of)) return undefined;
  const { status, grpcStatus } = abort;
  trace?.add({
    at: "HTTP filter",
    result: "ended",
    title: "fault: abort",
    why: `${formatFraction(abort.share)} of requests are answered with ${grpcStatus === undefined ? status : `gRPC status ${grpcStatus}`}`,
    place,
    origins,
  });
  const body = "fault filter abort";
  return {
    status,
    details: "fault_filter_abort",
    flags: "FI",
    headers: NO_HEADERS,
    isFinished: false,
    body,
    grpcStatus,
  };
}

/** Only requests that are forwarded are asked: those that a route answers itself are not. */
function passCors(
  config: CorsConfig,
  { headers, method }: Exchange,
  routed: Routed | undefined,
  passed: Passed,
  dice: Dice,
  trace: Trace | undefined,
  place: Place | undefined,
): Stopped | undefined {
  if (routed?.route.action.kind !== "forward") return undefined;
  if (!dice.chance(config.enabled.parts, config.enabled.of)) return undefined;
  const origin = headers.get("origin") ?? "";
  if (origin === "") return undefined;
  const isAllowed = config.origins.some(({ test }) => test("*") || test(origin));
  const origins = routed.route.origins;
  const wanted = headers.get("access-control-request-method") ?? "";
  if (isAllowed) {
    passed.cors = new Headers([["access-control-allow-origin", origin]]);
    if (config.credentials) passed.cors.set("access-control-allow-credentials", "true");
    if (config.exposed !== "") passed.cors.set("access-control-expose-headers", config.exposed);
  }
  const isPreflight = method === "OPTIONS" && wanted !== "";
  const isForwarded = !isPreflight || (!isAllowed && (config.forwardsOthers ?? true));
  trace?.add({
    at: "HTTP filter",
    result: isForwarded ? "passed" : "ended",
    title: "CORS",
    why: `origin ${origin} is ${isAllowed ? "" : "not "}allowed${isPreflight ? (isForwarded ? ", and its preflight goes on to the server" : ", and its preflight is answered here") : ""}`,
    place,
    origins,
  });
  if (isForwarded) return undefined;
  const answer: Headers = new Headers();
  if (isAllowed) answer.set("access-control-allow-origin", origin);
  if (config.credentials) answer.set("access-control-allow-credentials", "true");
  if (config.methods !== "")
    answer.set("access-control-allow-methods", config.methods === "*" ? wanted : config.methods);
  if (config.headers !== "")
    answer.set(
      "access-control-allow-headers",
      config.headers === "*" ? (headers.get("access-control-request-headers") ?? "") : config.headers,
    );
  if (config.maxAge !== "") answer.set("access-control-max-age", config.maxAge);
  if (config.privateNetwork && headers.get("access-control-request-private-network") === "true")
    answer.set("access-control-allow-private-network", "true");
  if (isAllowed && config.exposed !== "") answer.set("access-control-expose-headers", config.exposed);
  return { status: 200, details: "cors_response", flags: "", headers: answer, isFinished: true, body: "" };
}
