import * as fc from "fast-check";
import { type Json, list, record, some } from "#server/envoy/testing/arbitrary-basics.ts";
import { nextName, resource } from "#server/envoy/testing/arbitrary-resource.ts";

const GROUP = "networking.istio.io";

const SNI_HOSTS = ["secure.example.com", "a.secure.example.com", "*.secure.example.com", "*.example.com"];
const toSecure = fc.constantFrom<Json[]>(
  [{ destination: { host: "secure.example.com" } }],
  [{ destination: { host: "secure.example.com", subset: "v1" } }],
  [
    { destination: { host: "secure.example.com", subset: "v1", port: { number: 443 } }, weight: 1 },
    { destination: { host: "secure.example.com", subset: "v2", port: { number: 443 } }, weight: 1 },
  ],
);
const l4Match = record({
  port: some(fc.constantFrom(7000, 9443, 443, 1), 4),
  sourceLabels: some(fc.constantFrom({ app: "client" }, { istio: "gw" }, { app: "other" }), 5),
  sourceNamespace: some(fc.constantFrom("default", "istio-system"), 5),
  gateways: some(fc.constantFrom(["mesh"], ["istio-system/l4"]), 5),
  destinationSubnets: some(fc.constantFrom(["127.0.0.0/8"], ["127.0.0.1", "10.0.0.0/8"], ["10.1.0.0/16"]), 4),
});
const L4_GATEWAYS = fc.constantFrom([], ["istio-system/l4"], ["istio-system/l4", "mesh"]);
export const tlsRules = fc
  .tuple(
    L4_GATEWAYS,
    fc.uniqueArray(fc.constantFrom(...SNI_HOSTS.slice(0, 3)), { minLength: 1, maxLength: 2 }),
    list(
      fc.tuple(
        list(
          fc
            .tuple(l4Match, fc.uniqueArray(fc.constantFrom(...SNI_HOSTS), { minLength: 1, maxLength: 2 }))
            .map(([match, sniHosts]): Json => ({ ...match, sniHosts })),
          2,
          1,
        ),
        toSecure,
      ),
      3,
      1,
    ),
  )
  .map(([gateways, hosts, routes]) =>
    resource("VirtualService", GROUP, "default", nextName("s"), {
      hosts: hosts.includes("*.secure.example.com") ? ["*.secure.example.com", "secure.example.com"] : hosts,
      gateways,
      tls: routes.map(([match, route]) => ({ match, route })),
    }),
  );
export const l4Gateways = list(
  fc.tuple(
    fc.constantFrom("*", "*.example.com", "secure.example.com", "*.secure.example.com", "default/*"),
    fc.boolean(),
    fc.constantFrom("TLS", "HTTPS"),
  ),
  3,
).map((servers) =>
  resource("Gateway", GROUP, "istio-system", "l4", {
    selector: { istio: "gw" },
    servers: [
      { port: { number: 7000, name: "tcp", protocol: "TCP" }, hosts: ["*"] },
      ...servers.map(([host, passes, protocol], index) => ({
        port: { number: 9443, name: `tls-${index}`, protocol: passes ? protocol : "TLS" },
        hosts: [host],
        tls: passes ? {} : { mode: "SIMPLE", serverCertificate: "/certs/cert.pem", privateKey: "/certs/key.pem" },
      })),
    ],
  }),
);
export const tcpMatchRules = fc
  .tuple(
    L4_GATEWAYS,
    list(fc.tuple(some(list(l4Match, 2, 1), 2), fc.constantFrom<string | undefined>("v1", "v2", undefined)), 3, 1),
  )
  .map(([gateways, routes]) =>
    resource("VirtualService", GROUP, "default", nextName("c"), {
      hosts: ["store"],
      gateways,
      tcp: routes.map(([match, subset]) => ({
        ...(match === undefined ? {} : { match }),
        route: [{ destination: { host: "store", ...(subset === undefined ? {} : { subset }) } }],
      })),
    }),
  );
export const tcpRules = fc
  .constantFrom(
    [{ destination: { host: "store" } }],
    [
      { destination: { host: "store", subset: "v1" }, weight: 50 },
      { destination: { host: "store", subset: "v2" }, weight: 50 },
    ],
  )
  .map((route) => resource("VirtualService", GROUP, "default", "t-store", { hosts: ["store"], tcp: [{ route }] }));
