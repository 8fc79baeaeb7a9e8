import { askAuthorizer, describeMark, isForAuthorizer, MATCHED_POLICY } from "#core/simulate/ask-authorizer.ts";
import type { Closed, TcpDecision } from "#core/simulate/decision.ts";
import type { Dice } from "#core/simulate/dice.ts";
import { type Connection, Exchange } from "#core/simulate/exchange.ts";
import { describeMatch, isLetIn, matchedPolicy } from "#core/simulate/filters.ts";
import { findFilterChain, inspectConnection } from "#core/simulate/find-filter-chain.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { FilterChain, Listener, Served, TcpProxy } from "#core/simulate/listener.ts";
import type { ProxyImage } from "#core/simulate/proxy-image.ts";
import { rbacOrigin } from "#core/simulate/rbac-origin.ts";
import type { Trace } from "#core/simulate/step.ts";

/** The filter chain that takes a connection. */
export function acceptConnection(
  image: ProxyImage,
  listener: Listener,
  connection: Connection,
  trace?: Trace,
): FilterChain | Closed {
  const inspected = inspectConnection(listener, connection);
  const { chain, failedAt } = findFilterChain(listener, inspected);
  const { transportProtocol, serverName, applicationProtocols } = inspected;
  const seen = [
    transportProtocol === "tls" ? "TLS" : "plain text",
    ...(serverName === "" ? [] : [`server name ${serverName}`]),
    ...(applicationProtocols.length === 0 ? [] : [applicationProtocols.join(", ")]),
  ].join(", ");
  const isFound = chain !== undefined;
  trace?.add({
    at: "filter chain",
    result: isFound ? "found" : "ended",
    title: isFound ? chain.name || chain.path : "none",
    why: isFound
      ? `takes ${seen} to port ${connection.localPort}`
      : `no filter chain takes ${seen} to port ${connection.localPort}: none is left by ${failedAt}`,
    place: { type: "LDS", resource: listener.name, path: isFound ? chain.path : "" },
    origins: isFound && chain.origins.length > 0 ? chain.origins : image.origins("LDS", listener.name),
  });
  if (chain === undefined) return { kind: "closed", flags: "NR", details: "filter_chain_not_found" };
  const lacks = chain.tls?.lacks;
  if (lacks === undefined) return chain;
  const why = `the filter chain needs the credential ${lacks}, and nobody has stored it: TLS is not begun`;
  trace?.add({
    at: "TLS",
    result: "ended",
    title: "no certificate",
    why,
    place: { type: "LDS", resource: listener.name, path: `${chain.path}.transportSocket` },
    origins: chain.origins.length > 0 ? chain.origins : image.origins("LDS", listener.name),
  });
  return { kind: "closed", flags: "", details: why };
}

/** What becomes of a connection whose chain does not speak HTTP. */
export function decideTcp(
  listener: Listener,
  chain: FilterChain,
  proxy: TcpProxy & Pick<Served, "path">,
  connection: Connection,
  dice: Dice,
  trace?: Trace,
): TcpDecision {
  const exchange = new Exchange(connection, new Headers());
  const marks = new Set<string>();
  for (const guard of chain.guards) {
    const place = { type: "LDS" as const, resource: listener.name, path: guard.path };
    if (guard.kind === "ask") {
      const undecided = askAuthorizer(guard, marks, "network filter", trace, place);
      if (undecided !== undefined) return undecided;
      continue;
    }
    const { rules, shadow, mark } = guard;
    if (shadow !== undefined && isForAuthorizer(mark)) {
      const matched = matchedPolicy(shadow, exchange, dice);
      if (matched !== undefined) marks.add(mark + MATCHED_POLICY);
      trace?.add({
        at: "network filter",
        result: "passed",
        title: "rbac, CUSTOM",
        why: describeMark(shadow, matched),
        place,
        origins: rbacOrigin(matched, shadow),
      });
    } else if (trace !== undefined && shadow !== undefined) {
      const matched = matchedPolicy(shadow, exchange, dice);
      trace.add({
        at: "network filter",
        result: "passed",
        title: "rbac, dry run",
        why: `would ${isLetIn(shadow, matched) ? "let it through" : "close it"}: ${describeMatch(shadow, matched)}`,
        place,
        origins: rbacOrigin(matched),
      });
    }
    if (rules === undefined) continue;
    const matched = matchedPolicy(rules, exchange, dice);
    const passes = isLetIn(rules, matched);
    trace?.add({
      at: "network filter",
      result: passes ? "passed" : "ended",
      title: `rbac, ${rules.action}`,
      why: describeMatch(rules, matched),
      place,
      origins: rbacOrigin(matched, rules),
    });
    if (!passes)
      return { kind: "closed", flags: "", details: `rbac_access_denied_matched_policy[${matched ?? "none"}]` };
  }
  const cluster = proxy.clusters.length === 1 ? proxy.clusters[0] : proxy.clusters[dice.pick(proxy.weights)];
  if (cluster === undefined) return { kind: "closed", flags: "NC", details: "no cluster" };
  trace?.add({
    at: "router",
    result: "passed",
    title: cluster,
    why: proxy.clusters.length === 1 ? "all connections" : "by its weight",
    place: { type: "LDS", resource: listener.name, path: proxy.path },
    origins: chain.origins,
  });
  const name = connection.tls?.serverName ?? "";
  const isLookedUp = proxy.lookedUpAt !== undefined && name !== "";
  return { kind: "tunnelled", cluster, lookedUp: isLookedUp ? `${name}:${proxy.lookedUpAt}` : undefined };
}
