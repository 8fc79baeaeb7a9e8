import { expect, test } from "vitest";
import { parseAddress, parseCidr } from "#core/simulate/address.ts";
import type { Connection } from "#core/simulate/exchange.ts";
import { findFilterChain, inspectConnection } from "#core/simulate/find-filter-chain.ts";
import type { ChainMatch, FilterChain, Listener } from "#core/simulate/listener.ts";

const ANY: ChainMatch = {
  destinationPort: 0,
  destinations: [],
  serverNames: [],
  transportProtocol: "",
  applicationProtocols: [],
  directSources: [],
  sourceType: "any",
  sources: [],
  sourcePorts: [],
};
const range = (text: string) => {
  const [address = "", bits] = text.split("/");
  const made = parseCidr(address, Number(bits));
  return made === undefined ? [] : [made];
};

function listener(chains: Readonly<Record<string, Partial<ChainMatch>>>): Listener {
  return {
    name: "l",
    address: "0.0.0.0",
    port: 15_006,
    binds: true,
    usesOriginalDestination: false,
    inspectsTls: () => true,
    inspectsHttp: () => true,
    defaultChain: undefined,
    chains: Object.entries(chains).map(
      ([name, match], index): FilterChain => ({
        name,
        path: `filterChains[${index}]`,
        match: { ...ANY, ...match },
        origins: [],
        tls: undefined,
        guards: [],
        serves: undefined,
      }),
    ),
  };
}

function connection(over: Partial<Connection> = {}): Connection {
  return {
    remote: parseAddress("10.1.2.3"),
    local: parseAddress("10.0.0.5"),
    localPort: 80,
    tls: undefined,
    speaks: "http/1.1",
    ...over,
  };
}

const tls = (serverName: string, ...alpn: string[]): Partial<Connection> => ({
  tls: { serverName, alpn, peer: undefined },
});

test.each<[string, Readonly<Record<string, Partial<ChainMatch>>>, Partial<Connection>, string | undefined]>([
  ["the port before all else", { port: { destinationPort: 80 }, name: { serverNames: ["a.b"] } }, tls("a.b"), "port"],
  [
    "no way back to chains of any port once one names it",
    { port: { destinationPort: 80, transportProtocol: "tls" }, any: {} },
    {},
    undefined,
  ],
  [
    "an exact server name before a wildcard",
    { wild: { serverNames: ["*.b"] }, exact: { serverNames: ["a.b"] } },
    tls("a.b"),
    "exact",
  ],
  ["the longest wildcard", { short: { serverNames: ["*.c"] }, long: { serverNames: ["*.b.c"] } }, tls("a.b.c"), "long"],
  ["a wildcard stands for whole labels", { wild: { serverNames: ["*.b.c"] } }, tls("xb.c"), undefined],
  ["server names whatever their case", { exact: { serverNames: ["A.b"] } }, tls("a.B"), "exact"],
  [
    "the longest range",
    { wide: { destinations: range("10.0.0.0/8") }, near: { destinations: range("10.0.0.0/24") } },
    {},
    "near",
  ],
  [
    "TLS by its transport protocol",
    { plain: { transportProtocol: "raw_buffer" }, tls: { transportProtocol: "tls" } },
    tls("x"),
    "tls",
  ],
  [
    "the first protocol that the client names",
    { h1: { applicationProtocols: ["http/1.1"] }, h2: { applicationProtocols: ["h2"] } },
    tls("x", "h2", "http/1.1"),
    "h2",
  ],
  ["HTTP found in plain text", { http: { applicationProtocols: ["http/1.1"] }, rest: {} }, {}, "http"],
  ["bytes that are no HTTP", { http: { applicationProtocols: ["http/1.1"] }, rest: {} }, { speaks: "tcp" }, "rest"],
  [
    "who connects from this host",
    { near: { sourceType: "same-host" }, far: { sourceType: "external" } },
    { remote: parseAddress("127.0.0.1") },
    "near",
  ],
])("finds by %s", (_, chains, over, expected) => {
  const made = listener(
    Object.fromEntries(
      Object.entries(chains).map(([name, match]) => [
        name,
        {
          ...match,
          ...(match.serverNames === undefined
            ? {}
            : { serverNames: match.serverNames.map((each) => each.toLowerCase()) }),
        },
      ]),
    ),
  );
  expect(findFilterChain(made, inspectConnection(made, connection(over))).chain?.name).toBe(expected);
});

test("says at which level the last chains were left behind", () => {
  const made = listener({ strict: { destinationPort: 80, transportProtocol: "tls" } });
  expect(findFilterChain(made, inspectConnection(made, connection()))).toEqual({
    chain: undefined,
    failedAt: "transport protocol",
  });
});
