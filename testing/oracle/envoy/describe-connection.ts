import { connectionManagerOf } from "#testing/oracle/envoy/find-filter-chain.ts";
import { at, type Json, type JsonObject, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

/** What a TCP proxy does besides choosing a cluster. */
const SETTINGS = ["hashPolicy", "idleTimeout", "maxDownstreamConnectionDuration", "tunnelingConfig"];
/** What counts, and decides nothing. */
const ASIDE = /stats|metadata_exchange|mongo_proxy/;

/** What a chain does with a connection: where it goes in which shares, and what else its filters do. */
export function describeConnection(chain: Json): Json {
  if (chain === undefined) return "is closed";
  if (connectionManagerOf(chain) !== undefined) return "HTTP";
  const filters = listAt(chain, "filters");
  const others = filters.filter((each) => !/tcp_proxy$/.test(nameOf(each)) && !ASIDE.test(nameOf(each)));
  const proxy = filters.find((each) => /tcp_proxy$/.test(nameOf(each)));
  const config = at(proxy, "typedConfig");
  const weighted = listAt(config, "weightedClusters", "clusters").filter((each) => numberAt(each, "weight") !== 0);
  const shares = weighted.map((each) => `${textAt(each, "name")} ${numberAt(each, "weight")}`);
  const only = weighted.length === 1 ? textAt(weighted[0], "name") : textAt(config, "cluster");
  return {
    to: shares.length > 1 ? shares.join(", ") : (only ?? null),
    ...settingsOf(config),
    ...(others.length === 0 ? {} : { others: others.map(nameOf) }),
  };
}

const nameOf = (filter: Json): string => textAt(filter, "name") ?? "";

function settingsOf(config: Json): JsonObject {
  const found = SETTINGS.map((name) => [name, at(config, name)] as const);
  return Object.fromEntries(found.filter(([, each]) => each !== undefined));
}
