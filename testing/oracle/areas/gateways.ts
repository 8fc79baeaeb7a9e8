import * as fc from "fast-check";
import { anyMeshConfig } from "#testing/oracle/arbitrary/any-mesh-config.ts";
import { anyRequests } from "#testing/oracle/arbitrary/any-request.ts";
import {
  anyHashRule,
  delegation,
  document,
  httpServices,
  seldom,
  virtualService,
} from "#testing/oracle/arbitrary/meeting-documents.ts";
import { defineArea } from "#testing/oracle/area.ts";
import { compareAnswers } from "#testing/oracle/compare-answers.ts";
import { connectionManagerOf, findFilterChain } from "#testing/oracle/envoy/find-filter-chain.ts";
import type { Built, Part } from "#testing/oracle/istio.ts";
import { at, type Json, numberAt, textAt } from "#testing/oracle/json.ts";
import { GATEWAYS } from "#testing/oracle/proxies.ts";
import { askIstio, askPharos, keepTaken, type Written, writeWorld } from "#testing/oracle/world.ts";

const PARTS: readonly Part[] = ["listeners", "routes"];
const PLACES = GATEWAYS.flatMap(({ key: proxy }) => [
  ...[80, 8080].map((port) => ({ proxy, at: `port ${port}`, port, isTls: false })),
  ...[443, 8443].map((port) => ({ proxy, at: `TLS port ${port}`, port, isTls: true })),
]);
const HOSTS = [
  "a.example.com",
  "b.example.com",
  "c.example.com",
  "x.example.com",
  "d.org",
  "x.com",
  "o.net",
  "a.example.com:8080",
  "A.example.com",
];
const serverHosts = fc
  .tuple(
    fc.constantFrom(
      "a.example.com",
      "*.example.com",
      "*",
      "default/a.example.com",
      "./b.example.com",
      "prod/*.example.com",
      "*/b.example.com",
      "b.example.com",
      "*.com",
      "istio-system/*",
    ),
    fc.option(fc.constantFrom("c.example.com", "d.org", "prod/d.org"), { nil: undefined }),
  )
  .map((hosts) => hosts.filter((each) => each !== undefined));
const GATEWAY = { istio: "gw" };
const CERTIFICATE = { mode: "SIMPLE", serverCertificate: "/a", privateKey: "/b" };

function anyServer(name: string): fc.Arbitrary<object> {
  return fc.oneof(
    fc.record({
      port: fc.record({
        number: fc.constantFrom(8080, 80),
        name: fc.constant(`http-${name}`),
        protocol: fc.constantFrom("HTTP", "HTTP", "HTTP2", "GRPC", "GRPC-WEB"),
      }),
      hosts: serverHosts,
      tls: fc.constantFrom<object | undefined>(undefined, undefined, undefined, { httpsRedirect: true }),
    }),
    fc.record({
      port: fc.record({
        number: fc.constantFrom(8443, 8443, 443),
        name: fc.constant(`https-${name}`),
        protocol: fc.constant("HTTPS"),
      }),
      hosts: serverHosts,
      tls: fc.constantFrom<object>(
        CERTIFICATE,
        CERTIFICATE,
        { ...CERTIFICATE, mode: "MUTUAL", caCertificates: "/c" },
        { ...CERTIFICATE, mode: "OPTIONAL_MUTUAL", caCertificates: "/c" },
        { mode: "ISTIO_MUTUAL" },
      ),
    }),
  );
}

function anyGateway(index: number): fc.Arbitrary<Written> {
  return document(
    "Gateway",
    `g${index}`,
    fc.constantFrom("default", "default", "istio-system", "istio-system", "prod"),
    fc
      .tuple(
        fc.constantFrom<object>(GATEWAY, GATEWAY, GATEWAY, GATEWAY, {}, { ...GATEWAY, app: "other" }),
        anyServer(`${index}0`),
        fc.option(anyServer(`${index}1`), { nil: undefined }),
      )
      .map(([selector, ...servers]) => ({ selector, servers: servers.filter((each) => each !== undefined) })),
  );
}

interface Server {
  readonly port: { readonly number: number; readonly protocol: string };
  readonly hosts: readonly string[];
  readonly tls?: { readonly httpsRedirect?: boolean };
}

/**
 * Gateways without what is answered otherwise on purpose (docs/reference/differences.md): servers of one port that share a
 * TLS host, and `httpsRedirect` for hosts of named namespaces.
 */
function withoutKnown(all: readonly Written[]): Written[] {
  const taken = new Set<string>();
  return all.map((each) => {
    const { servers, ...spec } = each.spec as { readonly servers: readonly Server[] };
    const kept = servers.filter(({ port, hosts, tls }) => {
      if (tls === undefined) return true;
      const names = hosts.map((host) => `${port.number} ${host.replace(/^.*\//, "")}`);
      if (names.some((name) => taken.has(name)) || new Set(names).size < names.length) return false;
      for (const name of names) taken.add(name);
      return true;
    });
    const plain = kept.map(({ tls, ...server }) =>
      tls === undefined || (tls.httpsRedirect === true && server.hosts.some((host) => host.includes("/")))
        ? server
        : { ...server, tls },
    );
    return { ...each, spec: { ...spec, servers: plain } };
  });
}

const ruleHosts = fc.constantFrom<readonly string[]>(
  ["a.example.com"],
  ["*.example.com"],
  ["*"],
  ["b.example.com", "a.example.com"],
  ["d.org"],
  ["c.example.com"],
  ["*.com"],
);
const bound = fc.record({
  gateways: fc.constantFrom(
    ["default/g0"],
    ["istio-system/g0"],
    ["g0"],
    ["default/g1", "istio-system/g1"],
    ["default/g0", "default/g1", "mesh"],
    ["prod/g0", "g1", "default/g2"],
  ),
});
const some = <T>(max: number, make: (index: number) => fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> =>
  fc.integer({ min: 1, max }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => make(index))));

/** What gateways answer: which server takes the connection, and what its routes do with the request. */
export const gateways = defineArea({
  name: "gateways",
  cases: fc.record({
    documents: fc
      .tuple(
        httpServices,
        some(3, anyGateway),
        some(3, (index) => virtualService(`v${index}`, ruleHosts, bound)),
        fc
          .tuple(
            seldom(anyHashRule),
            seldom(anyMeshConfig),
            seldom(delegation(ruleHosts, bound)).map((all) => all.flat()),
          )
          .map((all) => all.flat()),
      )
      .map(([services, servers, rules, others]) => [...services, ...withoutKnown(servers), ...rules, ...others]),
    requests: anyRequests(HOSTS),
  }),
  write: ({ documents }) => writeWorld(documents),
  async compare({ documents, requests }, istio) {
    const world = { documents: await keepTaken(documents, istio), proxies: GATEWAYS, parts: PARTS };
    const [theirs, ours] = [await askIstio(istio, world), askPharos(world)];
    return compareAnswers(PLACES, requests, routesAt, ours, theirs);
  },
});

function routesAt(
  { proxy, port, isTls }: (typeof PLACES)[number],
  built: Readonly<Record<string, Built>>,
  { host }: { readonly host: string },
): Json {
  const { listeners = [], routes = [] } = built[proxy] ?? {};
  const listener = listeners.find((each) => numberAt(each, "address", "socketAddress", "portValue") === port);
  const sni = host.replace(/:\d+$/, "").toLowerCase();
  const chain = findFilterChain(listener, isTls ? { port, sni } : { port });
  // TLS is spoken with chains that end it; what has no TLS is not tried with it.
  if ((at(chain, "transportSocket") !== undefined) !== isTls) return undefined;
  const manager = connectionManagerOf(chain);
  const inline = at(manager, "routeConfig");
  const name = textAt(manager, "rds", "routeConfigName");
  return inline ?? routes.find((each) => textAt(each, "name") === name);
}
