import { isInRange } from "#testing/oracle/envoy/match-text.ts";
import { at, isObject, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

export interface Connection {
  readonly port: number;
  /** Where it is made to; absent where no chain asks for that. */
  readonly address?: string;
  /** Absent for plain text. */
  readonly sni?: string;
  readonly alpn?: readonly string[];
}

const EVALUATED = new Set([
  "destinationPort",
  "prefixRanges",
  "serverNames",
  "transportProtocol",
  "applicationProtocols",
]);

/** The filter chain that Envoy chooses: by port, address, server name, transport, then application protocols. */
export function findFilterChain(listener: Json, { port, address, sni, alpn = [] }: Connection): Json {
  const chains = listAt(listener, "filterChains");
  for (const chain of chains) {
    const match = at(chain, "filterChainMatch");
    const unknown = isObject(match) ? Object.keys(match).find((key) => !EVALUATED.has(key)) : undefined;
    if (unknown !== undefined) throw new Error(`not evaluated: a filter chain by ${unknown}`);
  }
  const steps: ((chain: Json) => number | undefined)[] = [
    (chain) => either(numberAt(chain, "filterChainMatch", "destinationPort"), (each) => each === port),
    (chain) => rangeRank(listAt(chain, "filterChainMatch", "prefixRanges"), address),
    (chain) => nameRank(listAt(chain, "filterChainMatch", "serverNames").map(String), sni),
    (chain) =>
      either(textAt(chain, "filterChainMatch", "transportProtocol") || undefined, (each) =>
        sni === undefined ? each === "raw_buffer" : each === "tls",
      ),
    (chain) => {
      const names = listAt(chain, "filterChainMatch", "applicationProtocols").map(String);
      return names.length === 0 ? 0 : names.some((each) => alpn.includes(each)) ? 1 : undefined;
    },
  ];
  let left = chains;
  for (const rank of steps) {
    const best = Math.max(...left.map((chain) => rank(chain) ?? -1));
    left = best < 0 ? [] : left.filter((chain) => rank(chain) === best);
  }
  return left[0] ?? at(listener, "defaultFilterChain");
}

function rangeRank(ranges: readonly Json[], address: string | undefined): number | undefined {
  if (ranges.length === 0) return 0;
  if (address === undefined) throw new Error("not evaluated: a filter chain by address");
  const fitting = ranges.filter((each) => isInRange(each, address));
  return fitting.length === 0 ? undefined : 1 + Math.max(...fitting.map((each) => numberAt(each, "prefixLen") ?? 0));
}

function either<T>(value: T | undefined, test: (value: T) => boolean): number | undefined {
  if (value === undefined) return 0;
  return test(value) ? 1 : undefined;
}

function nameRank(names: readonly string[], sni: string | undefined): number | undefined {
  if (names.length === 0) return 0;
  if (sni === undefined) return undefined;
  const ranks = names.map((name) => {
    if (name === sni) return 10_000;
    return name.startsWith("*.") && sni.endsWith(name.slice(1)) ? name.length : -1;
  });
  const best = Math.max(...ranks);
  return best < 0 ? undefined : best;
}

/** The connection manager of a chain; undefined where it is TCP's. */
export function connectionManagerOf(chain: Json): Json {
  const found = listAt(chain, "filters").find((each) => textAt(each, "name")?.endsWith("http_connection_manager"));
  return at(found, "typedConfig");
}
