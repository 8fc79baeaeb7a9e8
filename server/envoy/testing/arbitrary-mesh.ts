import * as fc from "fast-check";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { type Json, list, record, some } from "#server/envoy/testing/arbitrary-basics.ts";
import { l4Gateways, tcpMatchRules, tcpRules, tlsRules } from "#server/envoy/testing/arbitrary-connection-route.ts";
import {
  authorizationPolicies,
  peerAuthentications,
  requestAuthentications,
} from "#server/envoy/testing/arbitrary-policy.ts";
import { nextName, resource } from "#server/envoy/testing/arbitrary-resource.ts";
import { httpRoute } from "#server/envoy/testing/arbitrary-route.ts";

const GROUP = "networking.istio.io";

/** A VirtualService, or one that delegates its rules to another, with a rule of its own behind it. */
const maybeDelegated = (rules: fc.Arbitrary<Json>): fc.Arbitrary<readonly Json[]> =>
  fc.tuple(rules, fc.nat(5), some(list(httpRoute, 1, 1)), httpRoute).map(([rule, dice, behind = [], root]) => {
    const { metadata, spec } = rule as { metadata: { name: string }; spec: Json };
    if (dice > 0) return [rule];
    const name = `${metadata.name}-part`;
    const { route: _route, redirect: _redirect, directResponse: _direct, ...outer } = root;
    return [
      { ...rule, spec: { ...spec, http: [{ ...outer, delegate: { name } }, ...behind] } },
      resource("VirtualService", GROUP, "default", name, { http: spec.http }),
    ];
  });

const meshRules = fc
  .tuple(
    list(httpRoute, 4, 1),
    fc.constantFrom(
      ["reviews"],
      ["reviews"],
      ["ratings"],
      ["ext.example.com"],
      ["*.example.com"],
      ["nobody.example.com"],
    ),
  )
  .map(([http, hosts]) => resource("VirtualService", GROUP, "default", nextName("v"), { hosts, http }));
/** Of a token that the gateway has checked. */
const claimMatch = record({
  "@request.auth.claims.sub": some(fc.constantFrom({ exact: "ann" }, { prefix: "b" }, {}), 2),
  "@request.auth.claims[realm][role]": some(fc.constantFrom({ exact: "admin" }, {})),
  "@request.auth.claims.groups": some(fc.constant({ exact: "staff" })),
});
const gatewayRoute = fc.tuple(httpRoute, some(claimMatch), fc.boolean()).map(([rule, claims, isWithout]): Json => {
  const [first = {}] = (rule.match ?? []) as readonly Json[];
  const name = isWithout ? "withoutHeaders" : "headers";
  return claims === undefined
    ? rule
    : { ...rule, match: [{ ...first, [name]: { ...(first[name] as Json), ...claims } }] };
});
const gatewayRules = fc
  .tuple(
    list(gatewayRoute, 4, 1),
    fc.uniqueArray(
      fc.constantFrom("a.example.com", "b.example.com", "*.example.com", "*", "reviews.default.svc.cluster.local"),
      { minLength: 1, maxLength: 2 },
    ),
    fc.constantFrom<string[]>(
      ["istio-system/gw"],
      ["istio-system/tls"],
      ["istio-system/gw", "istio-system/tls"],
      ["istio-system/gw", "mesh"],
    ),
  )
  .map(([http, hosts, gateways]) =>
    resource("VirtualService", GROUP, "default", nextName("g"), {
      hosts: gateways.includes("mesh")
        ? hosts.filter((host) => host !== "*").concat(hosts.length === 1 && hosts[0] === "*" ? ["a.example.com"] : [])
        : hosts,
      gateways,
      http,
    }),
  );
const gateways = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom("*", "a.example.com", "*.example.com", "default/*", "./a.example.com"), {
      minLength: 1,
      maxLength: 2,
    }),
    some(fc.constant({ httpsRedirect: true })),
    fc.uniqueArray(fc.constantFrom("a.example.com", "*.example.com", "b.example.com", "*"), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([hosts, tls, secure]) => [
    resource("Gateway", GROUP, "istio-system", "gw", {
      selector: { istio: "gw" },
      servers: [
        { port: { number: 8080, name: "http", protocol: "HTTP" }, hosts, ...(tls === undefined ? {} : { tls }) },
      ],
    }),
    resource("Gateway", GROUP, "istio-system", "tls", {
      selector: { istio: "gw" },
      servers: secure.map((host, index) => ({
        port: { number: 8443, name: `https-${index}`, protocol: "HTTPS" },
        hosts: [host],
        tls: { mode: "SIMPLE", serverCertificate: "/certs/cert.pem", privateKey: "/certs/key.pem" },
      })),
    }),
  ]);

const places = fc.constantFrom<Json>(
  { enabled: true },
  { enabled: false },
  { failover: [{ from: "us", to: "eu" }] },
  { distribute: [{ from: "eu/*", to: { "eu/b": 100 } }] },
  { distribute: [{ from: "*", to: { "eu/*": 60, "us/*": 40 } }] },
  { failoverPriority: ["version=v2"] },
  { failoverPriority: ["topology.kubernetes.io/region", "istio"] },
);

const destinationRules = fc
  .tuple(
    fc.constantFrom("reviews", "ratings", "store", "secure.example.com", "ext.example.com"),
    some(fc.constantFrom("DISABLE", "ISTIO_MUTUAL")),
    some(
      fc.constantFrom<Json>(
        { simple: "ROUND_ROBIN" },
        { simple: "RANDOM" },
        { simple: "LEAST_REQUEST" },
        { consistentHash: { httpHeaderName: "x-user" } },
        { consistentHash: { httpQueryParameterName: "q", maglev: {} } },
        { consistentHash: { useSourceIp: true } },
      ),
    ),
    fc.boolean(),
    some(places),
  )
  .map(([host, mode, balancer, hasV2, localityLbSetting]) =>
    resource("DestinationRule", GROUP, "default", `d-${host}`, {
      host,
      trafficPolicy: {
        ...(mode === undefined ? {} : { tls: { mode } }),
        ...(balancer === undefined && localityLbSetting === undefined
          ? {}
          : {
              loadBalancer: {
                ...balancer,
                ...(localityLbSetting === undefined ? {} : { localityLbSetting }),
              },
            }),
        // Localities fail over where failures are looked for: here they are, and none is found.
        ...(localityLbSetting === undefined ? {} : { outlierDetection: { consecutive5xxErrors: 0 } }),
      },
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        ...(hasV2 ? [{ name: "v2", labels: { version: "v2" } }] : []),
        { name: "none", labels: { version: "v9" } },
      ],
    }),
  );

/** Those who are asked are known, where they are: they are not asked here. */
const meshConfigs = record({
  pathNormalization: some(
    fc
      .constantFrom("NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")
      .map((normalization) => ({ normalization })),
  ),
  defaultVirtualServiceExportTo: some(fc.constantFrom(["."], ["*"])),
  defaultDestinationRuleExportTo: some(fc.constantFrom(["."], ["*"])),
  defaultServiceExportTo: some(fc.constantFrom(["."], ["*"])),
  enableAutoMtls: some(fc.boolean()),
  h2UpgradePolicy: some(fc.constant("DO_NOT_UPGRADE")),
  defaultHttpRetryPolicy: some(fc.constant({ attempts: 0 })),
  extensionProviders: fc.constant([
    { name: "judge", envoyExtAuthzHttp: { service: "ext.example.com", port: 80 } },
    { name: "oracle", envoyExtAuthzGrpc: { service: "ext.example.com", port: 80 } },
  ]),
}).map(
  (spec): Json => ({ apiVersion: "mesh.pharos.dev/v1", kind: "MeshConfig", metadata: { ...MESH_CONFIG_PLACE }, spec }),
);

/** What callers of the namespace may call. */
const sidecars = fc
  .tuple(
    fc.constantFrom(
      ["*/*"],
      ["./*"],
      ["./reviews.default.svc.cluster.local", "./ext.example.com"],
      ["*/*.example.com"],
      ["istio-system/*"],
    ),
    some(fc.constantFrom("REGISTRY_ONLY", "ALLOW_ANY")),
    some(fc.constantFrom({ workloadSelector: { labels: { app: "client" } } })),
  )
  .map(([hosts, mode, selected]) =>
    resource("Sidecar", GROUP, "default", nextName("s"), {
      ...selected,
      egress: [{ hosts }],
      ...(mode === undefined ? {} : { outboundTrafficPolicy: { mode } }),
    }),
  );

/** What users write, beside the services themselves. */
export const arbitraryConfiguration: fc.Arbitrary<readonly Json[]> = fc
  .tuple(
    list(maybeDelegated(meshRules), 3),
    list(maybeDelegated(gatewayRules), 3),
    gateways,
    list(destinationRules, 2),
    list(peerAuthentications, 2),
    fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: list(authorizationPolicies, 3, 1) }),
    list(tcpRules, 1),
    fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: list(requestAuthentications, 2, 1) }),
    list(tcpMatchRules, 2),
    list(tlsRules, 2),
    list(l4Gateways, 1, 1),
    list(meshConfigs, 1),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: list(sidecars, 1, 1) }),
  )
  .map((all) => all.flat(2));

const { gatewayConnections } = DEFAULT_PROXY_SETTINGS;

/** What all proxies have in common. */
export const arbitrarySettings: fc.Arbitrary<ProxySettings> = fc
  .record({
    pathNormalization: fc.constantFrom("NONE", "BASE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"),
    numTrustedProxies: fc.constantFrom(0, 0, 1),
    underscores: fc.constantFrom("ALLOW", "REJECT_REQUEST", "DROP_HEADER"),
  })
  .map(({ underscores, ...rest }) => ({
    ...DEFAULT_PROXY_SETTINGS,
    ...rest,
    gatewayConnections: { ...gatewayConnections, httpHeadersWithUnderscoresAction: underscores },
  }));
