import * as fc from "fast-check";
import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { type Json, list, record, some } from "#server/envoy/testing/arbitrary-basics.ts";
import { httpRoute } from "#server/envoy/testing/arbitrary-route.ts";
import { tokenRules } from "#server/envoy/testing/arbitrary-token.ts";

let counter = 0;
const resource = (kind: string, group: string, namespace: string, name: string, spec: unknown): Json => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, namespace },
  spec,
});
const networking = "networking.istio.io";
const security = "security.istio.io";
const nextName = (prefix: string): string => `${prefix}${counter++ % 1000}`;

/** A VirtualService, or one that delegates its rules to another, with a rule of its own behind it. */
const maybeDelegated = (rules: fc.Arbitrary<Json>): fc.Arbitrary<readonly Json[]> =>
  fc.tuple(rules, fc.nat(5), some(list(httpRoute, 1, 1)), httpRoute).map(([rule, dice, behind = [], root]) => {
    const { metadata, spec } = rule as { metadata: { name: string }; spec: Json };
    if (dice > 0) return [rule];
    const name = `${metadata.name}-part`;
    const { route: _route, redirect: _redirect, directResponse: _direct, ...outer } = root;
    return [
      { ...rule, spec: { ...spec, http: [{ ...outer, delegate: { name } }, ...behind] } },
      resource("VirtualService", networking, "default", name, { http: spec.http }),
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
  .map(([http, hosts]) => resource("VirtualService", networking, "default", nextName("v"), { hosts, http }));
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
    resource("VirtualService", networking, "default", nextName("g"), {
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
    resource("Gateway", networking, "istio-system", "gw", {
      selector: { istio: "gw" },
      servers: [
        { port: { number: 8080, name: "http", protocol: "HTTP" }, hosts, ...(tls === undefined ? {} : { tls }) },
      ],
    }),
    resource("Gateway", networking, "istio-system", "tls", {
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
    fc.constantFrom("reviews", "ratings", "store", "secure.example.com"),
    some(fc.constantFrom("DISABLE", "ISTIO_MUTUAL")),
    some(fc.constantFrom("ROUND_ROBIN", "RANDOM", "LEAST_REQUEST")),
    fc.boolean(),
    some(places),
  )
  .map(([host, mode, simple, hasV2, localityLbSetting]) =>
    resource("DestinationRule", networking, "default", `d-${host}`, {
      host,
      trafficPolicy: {
        ...(mode === undefined ? {} : { tls: { mode } }),
        ...(simple === undefined && localityLbSetting === undefined
          ? {}
          : {
              loadBalancer: {
                ...(simple === undefined ? {} : { simple }),
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

const selector = some(
  fc.constantFrom(
    { matchLabels: { app: "reviews" } },
    { matchLabels: { app: "reviews", version: "v1" } },
    { matchLabels: { app: "ratings" } },
    { matchLabels: { app: "store" } },
  ),
  3,
);
const peerAuthentications = fc
  .tuple(selector, fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE"))
  .map(([chosen, mode]) =>
    resource("PeerAuthentication", security, "default", chosen === undefined ? "default" : nextName("p"), {
      ...(chosen === undefined ? {} : { selector: chosen }),
      mtls: { mode },
    }),
  );

const requestAuthentications = fc
  .tuple(fc.constantFrom("default", "istio-system"), selector, tokenRules)
  .map(([namespace, chosen, jwtRules]) =>
    resource("RequestAuthentication", security, namespace, nextName("r"), {
      ...(chosen === undefined ? {} : { selector: chosen }),
      jwtRules,
    }),
  );

const values = (...all: string[]) => some(list(fc.constantFrom(...all), 2, 1));
const source = record({
  principals: values(
    "cluster.local/ns/default/sa/client",
    "*/sa/client",
    "cluster.local/ns/*",
    "*",
    "cluster.local/ns/istio-system/sa/edge",
  ),
  notPrincipals: values("cluster.local/ns/default/sa/client", "*"),
  namespaces: values("default", "istio-*", "other"),
  ipBlocks: values("127.0.0.0/8", "10.0.0.1"),
  notIpBlocks: values("127.0.0.1", "10.0.0.0/8"),
  remoteIpBlocks: values("203.0.113.0/24", "127.0.0.1"),
  requestPrincipals: values(
    "https://a.test/ann",
    "*",
    "*/bob",
    "https://b.test/*",
    "https://a.test/a*",
    "*test/ann",
    "*n",
  ),
  notRequestPrincipals: values("https://a.test/ann", "*", "https://b*"),
}).filter((each) => Object.keys(each).length > 0);
const operation = record({
  hosts: values("reviews*", "a.example.com", "*"),
  methods: values("GET", "POST", "*"),
  notMethods: values("GET"),
  paths: values("/a", "/a*", "*/b", "*", "/a/{*}", "/{**}/b"),
  notPaths: values("/a", "/api*"),
  ports: values("9080", "8080", "80"),
}).filter((each) => Object.keys(each).length > 0);
const condition = fc
  .tuple(
    fc.constantFrom(
      "request.headers[x-user]",
      "source.namespace",
      "source.ip",
      "remote.ip",
      "destination.port",
      "connection.sni",
      "source.principal",
      "request.auth.principal",
      "request.auth.audiences",
      "request.auth.presenter",
      "request.auth.claims[scope]",
      "request.auth.claims[groups]",
      "request.auth.claims[realm][role]",
      "request.auth.claims[roles]",
    ),
    fc.boolean(),
  )
  .chain(([key, isNot]) => {
    const texts: Record<string, string[]> = {
      "source.namespace": ["default", "istio-system"],
      "source.ip": ["127.0.0.1", "10.0.0.0/8"],
      "remote.ip": ["203.0.113.9", "127.0.0.1"],
      "destination.port": ["9080", "1"],
      "connection.sni": ["*reviews*", "a.example.com"],
      "request.auth.principal": ["https://a.test/ann", "*", "https://b.test/*"],
      "request.auth.audiences": ["shop", "bank", "*", "https*"],
      "request.auth.presenter": ["robot", "*", "w*"],
      "request.auth.claims[scope]": ["read", "write", "read write", "*"],
      "request.auth.claims[groups]": ["staff", "*s"],
      "request.auth.claims[realm][role]": ["admin", "a*"],
      "request.auth.claims[roles]": ["admin", "*"],
      "source.principal": ["*", "cluster.local/ns/default/sa/client"],
    };
    return list(fc.constantFrom(...(texts[key] ?? ["jason", "j*", "*"])), 2, 1).map((all) => ({
      key,
      [isNot ? "notValues" : "values"]: all,
    }));
  });
const rule = record({
  from: some(list(record({ source }), 2, 1), 2),
  to: some(list(record({ operation }), 2, 1), 2),
  when: some(list(condition, 2, 1)),
});
const authorizationPolicies = fc
  .tuple(
    fc.constantFrom("default", "default", "istio-system"),
    selector,
    fc.constantFrom("ALLOW", "ALLOW", "DENY", "AUDIT", "CUSTOM", "CUSTOM"),
    list(rule, 2, 1),
    fc.constantFrom("judge", "oracle", "nobody"),
    fc.constantFrom(undefined, undefined, undefined, "true"),
  )
  .map(([namespace, chosen, action, rules, provider, dryRun]) => {
    const policy = resource("AuthorizationPolicy", security, namespace, nextName("z"), {
      ...(chosen === undefined ? {} : { selector: chosen }),
      action,
      ...(action === "CUSTOM" ? { provider: { name: provider } } : {}),
      rules,
    });
    return dryRun === undefined || action === "CUSTOM"
      ? policy
      : { ...policy, metadata: { ...(policy.metadata as Json), annotations: { "istio.io/dry-run": dryRun } } };
  });

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
const tlsRules = fc
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
    resource("VirtualService", networking, "default", nextName("s"), {
      hosts: hosts.includes("*.secure.example.com") ? ["*.secure.example.com", "secure.example.com"] : hosts,
      gateways,
      tls: routes.map(([match, route]) => ({ match, route })),
    }),
  );
const l4Gateways = list(
  fc.tuple(
    fc.constantFrom("*", "*.example.com", "secure.example.com", "*.secure.example.com", "default/*"),
    fc.boolean(),
    fc.constantFrom("TLS", "HTTPS"),
  ),
  3,
).map((servers) =>
  resource("Gateway", networking, "istio-system", "l4", {
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
const tcpMatchRules = fc
  .tuple(
    L4_GATEWAYS,
    list(fc.tuple(some(list(l4Match, 2, 1), 2), fc.constantFrom<string | undefined>("v1", "v2", undefined)), 3, 1),
  )
  .map(([gateways, routes]) =>
    resource("VirtualService", networking, "default", nextName("c"), {
      hosts: ["store"],
      gateways,
      tcp: routes.map(([match, subset]) => ({
        ...(match === undefined ? {} : { match }),
        route: [{ destination: { host: "store", ...(subset === undefined ? {} : { subset }) } }],
      })),
    }),
  );
const tcpRules = fc
  .constantFrom(
    [{ destination: { host: "store" } }],
    [
      { destination: { host: "store", subset: "v1" }, weight: 50 },
      { destination: { host: "store", subset: "v2" }, weight: 50 },
    ],
  )
  .map((route) => resource("VirtualService", networking, "default", "t-store", { hosts: ["store"], tcp: [{ route }] }));

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
