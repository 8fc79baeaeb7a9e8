import { describeCluster } from "#testing/oracle/envoy/describe-cluster.ts";
import { describeServerTls } from "#testing/oracle/envoy/describe-server-tls.ts";
import { connectionManagerOf } from "#testing/oracle/envoy/find-filter-chain.ts";
import type { Built } from "#testing/oracle/istio.ts";
import { at, type Json, listAt, numberAt, omit, textAt } from "#testing/oracle/json.ts";

/** The chains of a port of the application: where traffic is captured, and of the port's own listener. */
export function chainsAt(built: Built | undefined, port: number): readonly Json[] {
  const inbound = built?.listeners.find((each) => textAt(each, "name") === "virtualInbound");
  const captured = listAt(inbound, "filterChains").filter(
    (each) => numberAt(each, "filterChainMatch", "destinationPort") === port,
  );
  return [...captured, ...ownListeners(built, port).flatMap((each) => listAt(each, "filterChains"))];
}

function ownListeners(built: Built | undefined, port: number): readonly Json[] {
  return (built?.listeners ?? []).filter(
    (each) =>
      textAt(each, "trafficDirection") === "INBOUND" &&
      numberAt(each, "address", "socketAddress", "portValue") === port,
  );
}

/** Where a listener of the port's own is bound. */
export function boundAt(built: Built | undefined, port: number): Json {
  const addresses = ownListeners(built, port).map((each) => textAt(each, "address", "socketAddress", "address") ?? "");
  return addresses.length === 0 ? undefined : addresses.sort().join(", ");
}

/** How callers' TLS ends at a port that is not the mesh's. */
export function endedAt(built: Built | undefined, port: number): Json {
  const ended = chainsAt(built, port).map(describeServerTls);
  return ended.some((each) => each !== undefined && each.roots !== "ROOTCA")
    ? ended.map((each) => each ?? null)
    : undefined;
}

/** Who is chosen, of one application: each side finds it in its own way. */
const OF_DESTINATION = ["type", "lbPolicy", "commonLbConfig", "cleanupInterval", "upstreamBindConfig"];

/** How the proxy connects to the application of a port. */
export function pooledAt(built: Built | undefined, port: number): Json {
  const names = chainsAt(built, port).flatMap((chain) => clusterOf(built, chain) ?? []);
  const found = built?.clusters.find((each) => names.includes(textAt(each, "name") ?? ""));
  return found === undefined ? undefined : omit(describeCluster(found), ...OF_DESTINATION);
}

/** What is taken at a port: "mtls http", "plain tcp", …; undefined where nothing is. Chains that only pass TLS on are for plain text too. */
export function takenAt(built: Built | undefined, port: number): Json {
  const kinds = chainsAt(built, port).flatMap((chain) => {
    const isTls = at(chain, "transportSocket") !== undefined;
    if (!isTls && textAt(chain, "filterChainMatch", "transportProtocol") === "tls") return [];
    return [`${isTls ? "mtls" : "plain"} ${connectionManagerOf(chain) === undefined ? "tcp" : "http"}`];
  });
  return kinds.length === 0 ? undefined : [...new Set(kinds)].sort().join(", ");
}

/** Where the application is that the chains of a port lead to, as one side says it. */
export function applicationAt(built: Built | undefined, port: number): Json {
  const names = chainsAt(built, port).flatMap((chain) => clusterOf(built, chain) ?? []);
  const found = (built?.clusters ?? []).filter((each) => names.includes(textAt(each, "name") ?? ""));
  const addresses = found.flatMap((each) =>
    listAt(each, "loadAssignment", "endpoints").flatMap((group) =>
      listAt(group, "lbEndpoints").map((endpoint) => {
        const address = at(endpoint, "endpoint", "address");
        const path = textAt(address, "pipe", "path");
        return (
          path ?? `${textAt(address, "socketAddress", "address")}:${numberAt(address, "socketAddress", "portValue")}`
        );
      }),
    ),
  );
  return addresses.length === 0 ? undefined : [...new Set(addresses)].sort().join(", ");
}

function clusterOf(built: Built | undefined, chain: Json): string | undefined {
  const manager = connectionManagerOf(chain);
  if (manager === undefined) {
    const proxy = listAt(chain, "filters").find((each) => textAt(each, "name")?.endsWith("tcp_proxy"));
    return textAt(proxy, "typedConfig", "cluster");
  }
  const name = textAt(manager, "rds", "routeConfigName");
  const routes = at(manager, "routeConfig") ?? built?.routes.find((each) => textAt(each, "name") === name);
  return textAt(routes, "virtualHosts", 0, "routes", 0, "route", "cluster");
}

/** istiod marks those that it makes of WasmPlugins. */
const EXTENSION = /^extensions\.istio\.io\/(?:wasmplugin|trafficextension)\/([^~]*)/;
/** What else decides of requests, among which extensions stand. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/jwt_authn/, "tokens"],
  [/http\.router$|tcp_proxy$/, "the rest"],
];

/** In which order connections and requests meet what is extended. */
export function orderOf(filters: readonly Json[]): string {
  return filters
    .flatMap((each) => {
      const name = textAt(each, "name") ?? "";
      return EXTENSION.exec(name)?.[1] ?? MARKS.find(([pattern]) => pattern.test(name))?.[1] ?? [];
    })
    .join(", ");
}
