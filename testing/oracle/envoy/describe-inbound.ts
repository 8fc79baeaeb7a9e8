import { connectionManagerOf } from "#testing/oracle/envoy/find-filter-chain.ts";
import type { Built } from "#testing/oracle/istio.ts";
import { at, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

/** The chains of a port of the application, where traffic is captured. */
export function chainsAt(built: Built | undefined, port: number): readonly Json[] {
  const inbound = built?.listeners.find((each) => textAt(each, "name") === "virtualInbound");
  return listAt(inbound, "filterChains").filter(
    (each) => numberAt(each, "filterChainMatch", "destinationPort") === port,
  );
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
