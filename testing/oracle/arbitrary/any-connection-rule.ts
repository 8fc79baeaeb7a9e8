import * as fc from "fast-check";
import { anyExportTo, anyNamespace, document, rarely } from "#testing/oracle/arbitrary/meeting-documents.ts";
import type { Written } from "#testing/oracle/world.ts";

/** Where connections go; each with an address of its own, the last outside of the mesh. */
export const CONNECTED = ["t0.default.svc.cluster.local", "t1.prod.svc.cluster.local", "t2.example.com"] as const;
export const ADDRESSES = ["10.1.0.1", "10.1.0.2", "10.1.0.3"] as const;
/** By IPv6, at the same time or instead. */
export const IPV6_ADDRESSES = ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::3"] as const;
/** And by a range, here an address in each. */
export const IN_RANGES = ["10.2.0.5", "10.2.1.5", "10.2.2.5"] as const;
export const TCP_PORT = 9000;
export const TLS_PORT = 9443;
const SERVICE_NAMESPACES = ["default", "prod", "default"] as const;

/** Services with ports of TCP and TLS. */
export const connectedServices: fc.Arbitrary<readonly Written[]> = fc.tuple(
  ...CONNECTED.map((host, index) =>
    document(
      "ServiceEntry",
      `t${index}`,
      fc.constant(SERVICE_NAMESPACES[index] ?? "default"),
      fc
        .record({
          tcp: fc.constantFrom("TCP", "TCP", "MONGO", ""),
          tls: fc.constantFrom("TLS", "HTTPS"),
          exported: rarely(anyExportTo, 4),
          resolution: fc.constantFrom("STATIC", "STATIC", "DNS", "NONE"),
          hasRange: fc.boolean(),
          own: fc.constantFrom(
            [ADDRESSES[index]],
            [ADDRESSES[index]],
            [ADDRESSES[index], IPV6_ADDRESSES[index]],
            [IPV6_ADDRESSES[index]],
          ),
        })
        .map(({ tcp, tls, exported, resolution, hasRange, own }) => ({
          hosts: [host],
          addresses: [...own, ...(hasRange && resolution !== "DNS" ? [`10.2.${index}.0/24`] : [])],
          location: index < 2 ? "MESH_INTERNAL" : "MESH_EXTERNAL",
          resolution,
          ports: [
            { number: TCP_PORT, name: "p9000", protocol: tcp },
            { number: TLS_PORT, name: "p9443", protocol: tls },
          ],
          ...(resolution === "NONE" ? {} : { endpoints: [{ address: "10.0.0.1", labels: { version: "v1" } }] }),
          ...exported,
        })),
    ),
  ),
);

const anyTo = fc
  .record({
    host: fc.constantFrom(...CONNECTED),
    port: fc.constantFrom(TCP_PORT, TLS_PORT, undefined),
    subset: fc.constantFrom(undefined, undefined, "v1"),
  })
  .map(({ host, port, subset }) => ({
    host,
    ...(port === undefined ? {} : { port: { number: port } }),
    ...(subset === undefined ? {} : { subset }),
  }));
const anyRoute = fc.oneof(
  anyTo.map((destination) => [{ destination }]),
  fc.tuple(anyTo, fc.constantFrom(0, 20, 50), anyTo, fc.constantFrom(1, 80)).map(([first, share, second, rest]) => [
    { destination: first, weight: share },
    { destination: second, weight: rest },
  ]),
);
const caller = rarely(
  fc.constantFrom<object>(
    { sourceLabels: { app: "x" } },
    { sourceLabels: { app: "z" } },
    { sourceNamespace: "prod" },
    { sourceNamespace: "default" },
  ),
  4,
);
/** None that is for gateways: at these a match's caller and addresses are looked at otherwise on purpose. */
const bound = rarely(fc.constantFrom({ gateways: ["mesh"] }), 6);
const tcpMatch = fc
  .tuple(
    rarely(fc.constantFrom({ port: TCP_PORT }, { port: TLS_PORT })),
    caller,
    bound,
    rarely(
      fc.constantFrom(
        { destinationSubnets: ["10.1.0.0/24"] },
        { destinationSubnets: ["10.1.0.1"] },
        { destinationSubnets: ["10.9.0.0/16", "10.1.0.2/31"] },
      ),
      4,
    ),
  )
  .map((all) => Object.assign({}, ...all) as object);
export const SNI = [
  "t0.default.svc.cluster.local",
  "a.t0.default.svc.cluster.local",
  "t2.example.com",
  "b.example.com",
  "x.org",
];

function tlsMatch(hosts: readonly string[]): fc.Arbitrary<object> {
  return fc
    .tuple(
      fc.subarray([...hosts, ...hosts.map((host) => `a.${host}`)], { minLength: 1, maxLength: 2 }),
      rarely(fc.constantFrom({ port: TLS_PORT }, { port: TCP_PORT }), 4),
      caller,
      bound,
    )
    .map(([sniHosts, ...all]) => Object.assign({ sniHosts }, ...all) as object);
}

/** Rules about connections to one of the services. Of several for one host another decides on purpose. */
export function connectionRule(index: number): fc.Arbitrary<Written> {
  const host = CONNECTED[index] ?? CONNECTED[0];
  const tcp = fc.array(
    fc
      .tuple(rarely(fc.array(tcpMatch, { minLength: 1, maxLength: 2 }).map((match) => ({ match }))), anyRoute)
      .map(([match, route]) => ({ ...match, route })),
    { minLength: 1, maxLength: 3 },
  );
  const tls = fc.array(
    fc
      .tuple(
        fc.array(tlsMatch(index === 2 ? [host, "b.example.com"] : [host]), { minLength: 1, maxLength: 2 }),
        anyRoute,
      )
      .map(([match, route]) => ({ match, route })),
    { minLength: 1, maxLength: 3 },
  );
  const spec = fc
    .tuple(fc.constantFrom("tcp", "tls", "both"), tcp, tls, anyExportTo)
    .map(([kind, ofTcp, ofTls, exported]) => ({
      hosts: index === 2 ? [host, "b.example.com", "a.b.example.com", `a.${host}`] : [host, `a.${host}`],
      ...(kind === "tls" ? {} : { tcp: ofTcp }),
      ...(kind === "tcp" ? {} : { tls: ofTls }),
      ...exported,
    }));
  return document("VirtualService", `c${index}`, anyNamespace, spec);
}

/** What rules for a service say of its connections. */
export const connectionPolicy: fc.Arbitrary<Written> = document(
  "DestinationRule",
  "d0",
  anyNamespace,
  fc
    .record({
      host: fc.constantFrom(...CONNECTED),
      pool: rarely(
        fc.constantFrom<object>(
          { connectionPool: { tcp: { idleTimeout: "90s" } } },
          { connectionPool: { tcp: { maxConnectionDuration: "1h" } } },
        ),
        1,
      ),
      balancer: rarely(fc.constantFrom({ loadBalancer: { consistentHash: { useSourceIp: true } } })),
      tunnel: rarely(
        fc.constantFrom(
          { tunnel: { targetHost: "a.example.com", targetPort: 443 } },
          { tunnel: { targetHost: "a.example.com", targetPort: 443, protocol: "POST" } },
        ),
        4,
      ),
    })
    .map(({ host, pool, balancer, tunnel }) => ({
      host,
      trafficPolicy: { ...pool, ...balancer, ...tunnel },
      subsets: [{ name: "v1", labels: { version: "v1" } }],
    })),
);
