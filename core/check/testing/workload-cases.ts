import {
  type FoundCase,
  GATEWAY,
  group,
  meshConfig,
  operation,
  policy,
  proxyConfig,
  REVIEWS,
  SUBSETS,
  sidecar,
  virtualService,
} from "#core/check/testing/check.ts";

const PRINCIPAL = "spec.rules[0].from[0].source";

/** What is found on policies, and on what else is for workloads. */
export const WORKLOAD_CASES: readonly FoundCase[] = [
  [
    "two plans of one consumer, of a quota that is there, and of one that is not",
    [
      policy("Quota", "q", "default", "{ amount: 5, period: { calendar: Day } }").replace(
        "security.istio.io",
        "limits.pharos.dev",
      ),
      ...["a", "b"].map((name) =>
        policy(
          "Plan",
          name,
          "default",
          `{ consumers: [{ namespaces: [shop] }], quotas: [{ name: q, amount: 9 }${name === "a" ? "" : ", { name: r, amount: 9 }"}] }`,
        ).replace("security.istio.io", "limits.pharos.dev"),
      ),
    ],
    [
      "warning consumer-of-two-plans Plan/default/b spec.consumers[0]",
      "warning plan-rule-not-found Plan/default/b spec.quotas[1].name",
    ],
  ],
  [
    "a plan's amounts below what one request costs",
    [
      policy(
        "RateLimit",
        "l",
        "default",
        "{ rules: [{ name: r, limit: { amount: 50, per: 1s }, cost: { request: 10 } }] }",
      ),
      policy(
        "Plan",
        "p",
        "default",
        "{ consumers: [{ namespaces: [shop] }], limits: [{ name: l, rule: r, amount: 9 }] }",
      ),
    ].map((text) => text.replace("security.istio.io", "limits.pharos.dev")),
    ["error plan-amount-not-usable Plan/default/p spec.limits[0].amount"],
  ],
  [
    "a limit and a quota by a header that callers choose, and a rule beside by who they are",
    [
      REVIEWS,
      ...[
        policy(
          "RateLimit",
          "l",
          "default",
          `{ selector: { matchLabels: { app: reviews } }, rules: [{ name: who, bucket: { key: [{ attribute: source.principal }], missing: Deny }, limit: { amount: 5, per: 1s } }, { name: told, bucket: { key: [{ attribute: source.ip }, { attribute: "request.headers[X-Tenant]" }], missing: Deny }, limit: { amount: 5, per: 1s } }] }`,
        ),
        policy(
          "Quota",
          "q",
          "default",
          `{ selector: { matchLabels: { app: reviews } }, bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: Deny }, amount: 5, period: { calendar: Day } }`,
        ),
      ].map((text) => text.replace("security.istio.io", "limits.pharos.dev")),
    ],
    [
      "warning limit-key-not-bound Quota/default/q spec.bucket.key[0].attribute",
      "warning limit-key-not-bound RateLimit/default/l spec.rules[1].bucket.key[1].attribute",
    ],
  ],
  [
    "a rule that chooses by a claim, at a gateway that checks no tokens",
    [
      REVIEWS,
      `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front }
spec: { selector: { app: reviews }, servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: ["*"] }] }
`,
      policy("RequestAuthentication", "a", "elsewhere", "{ jwtRules: [{ issuer: https://a.test }] }"),
      virtualService(
        `{ hosts: [a.b], gateways: [front], http: [{ match: [{ headers: { "@request.auth.claims.a": {} } }], route: [{ destination: { host: reviews } }] }] }`,
      ),
    ],
    ['error claims-not-checked VirtualService/default/reviews spec.http[0].match[0].headers["@request.auth.claims.a"]'],
  ],
  [
    "a principal that no workload has, and none that one has or a pattern may match",
    [
      policy(
        "AuthorizationPolicy",
        "a",
        "default",
        "{ rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/nobody, cluster.local/ns/default/sa/bookinfo-reviews, '*/sa/x'] } }] }] }",
      ),
    ],
    [`warning principal-not-found AuthorizationPolicy/default/a ${PRINCIPAL}.principals[0]`],
  ],
  [
    "a namespace with nothing in it",
    [
      policy(
        "AuthorizationPolicy",
        "a",
        "default",
        "{ rules: [{ from: [{ source: { namespaces: [defalt, default], notNamespaces: [prot] } }] }] }",
      ),
    ],
    ["namespaces", "notNamespaces"].map(
      (name) => `warning namespace-not-found AuthorizationPolicy/default/a ${PRINCIPAL}.${name}[0]`,
    ),
  ],
  [
    "a selector that is on no workload",
    [
      policy(
        "AuthorizationPolicy",
        "a",
        "default",
        "{ selector: { matchLabels: { app: rewiews } }, action: DENY, rules: [{}] }",
      ),
    ],
    ["warning selector-matches-nothing AuthorizationPolicy/default/a spec.selector"],
  ],
  [
    "targets that are not there, or have no workload in the policy's namespace, and none that has one",
    [
      REVIEWS,
      GATEWAY,
      policy(
        "AuthorizationPolicy",
        "a",
        "default",
        "{ targetRefs: [{ kind: Service, name: reviews }, { kind: Service, name: rewiews }, { kind: Gateway, group: gateway.networking.k8s.io, name: nowhere }], action: DENY, rules: [{}] }",
      ),
      policy(
        "RequestAuthentication",
        "b",
        "elsewhere",
        "{ targetRef: { kind: ServiceEntry, group: networking.istio.io, name: reviews } }",
      ),
    ],
    [
      "warning policy-target-not-found AuthorizationPolicy/default/a spec.targetRefs[1].name",
      "warning policy-target-not-found AuthorizationPolicy/default/a spec.targetRefs[2].name",
      "warning policy-target-not-found RequestAuthentication/elsewhere/b spec.targetRef.name",
    ],
  ],
  [
    "plain text to workloads that take only mTLS",
    [
      REVIEWS,
      SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { tls: { mode: DISABLE } },"),
      policy("PeerAuthentication", "default", "istio-system", "{ mtls: { mode: STRICT } }"),
    ],
    ["error mtls-conflict DestinationRule/default/reviews spec.trafficPolicy.tls.mode"],
  ],
  [
    "no conflict where the workload's own policy overrides the mesh's",
    [
      REVIEWS,
      SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { tls: { mode: DISABLE } },"),
      policy("PeerAuthentication", "default", "istio-system", "{ mtls: { mode: STRICT } }"),
      policy(
        "PeerAuthentication",
        "own",
        "default",
        "{ selector: { matchLabels: { app: reviews } }, mtls: { mode: PERMISSIVE } }",
      ),
    ],
    [],
  ],
  [
    "two PeerAuthentications for the same workloads",
    [
      policy("PeerAuthentication", "a", "default", "{ mtls: { mode: STRICT } }"),
      policy("PeerAuthentication", "b", "default", "{ mtls: { mode: DISABLE } }"),
    ],
    ["warning duplicate-peer-authentication PeerAuthentication/default/b spec.selector"],
  ],
  [
    "plain text to one port, and mTLS to one subset, where the other side takes the other",
    [
      REVIEWS,
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews }
spec:
  host: reviews
  trafficPolicy: { portLevelSettings: [{ port: { number: 9080 }, tls: { mode: DISABLE } }] }
  subsets: [{ name: v1, labels: { version: v1 }, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }, { name: v2, labels: { version: v2 } }]
`,
      policy(
        "PeerAuthentication",
        "a",
        "default",
        '{ selector: { matchLabels: { version: v2 } }, mtls: { mode: DISABLE }, portLevelMtls: { "19080": { mode: STRICT } } }',
      ),
      policy(
        "PeerAuthentication",
        "b",
        "default",
        "{ selector: { matchLabels: { version: v1 } }, mtls: { mode: DISABLE } }",
      ),
    ],
    [
      "error mtls-conflict DestinationRule/default/reviews spec.trafficPolicy.portLevelSettings[0].tls.mode",
      "error mtls-conflict DestinationRule/default/reviews spec.subsets[0].trafficPolicy.tls.mode",
    ],
  ],
  [
    "a rule for every host of which one takes no mTLS",
    [
      REVIEWS,
      SUBSETS.replace(/host: reviews,.*/, "host: '*', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }"),
      policy("PeerAuthentication", "default", "default", "{ mtls: { mode: DISABLE } }"),
    ],
    [
      "error mtls-conflict DestinationRule/default/reviews spec.trafficPolicy.tls.mode",
      "warning catch-all-host DestinationRule/default/reviews spec.host",
    ],
  ],
  [
    "selectors that differ and match the same workload",
    [
      policy("PeerAuthentication", "a", "default", "{ selector: { matchLabels: { app: reviews } } }"),
      policy("PeerAuthentication", "b", "default", "{ selector: { matchLabels: { app: reviews, version: v1 } } }"),
      policy("PeerAuthentication", "c", "default", "{ mtls: { mode: PERMISSIVE } }"),
    ],
    ["warning overlapping-peer-authentications PeerAuthentication/default/b spec.selector"],
  ],
  [
    "selectors that match no workload in common",
    [
      policy("PeerAuthentication", "a", "default", "{ selector: { matchLabels: { version: v1 } } }"),
      policy("PeerAuthentication", "b", "default", "{ selector: { matchLabels: { version: v2 } } }"),
    ],
    [],
  ],
  [
    "a policy that denies some requests, and every connection to the TCP port beside them",
    [
      REVIEWS.replace("protocol: HTTP }", "protocol: HTTP }, { name: db, number: 5432, protocol: TCP }"),
      policy(
        "AuthorizationPolicy",
        "a",
        "default",
        '{ action: DENY, rules: [{ to: [{ operation: { methods: [GET], ports: ["19080"] } }] }, { from: [{ source: { notRequestPrincipals: ["*"] } }] }] }',
      ),
    ],
    ["warning denies-tcp AuthorizationPolicy/default/a spec.rules[1]"],
  ],
  [
    "the service's port in a policy, where the application's is meant",
    [
      REVIEWS,
      policy(
        "PeerAuthentication",
        "a",
        "default",
        '{ selector: { matchLabels: { app: reviews } }, portLevelMtls: { "9080": { mode: STRICT }, "19080": { mode: STRICT } } }',
      ),
      policy(
        "AuthorizationPolicy",
        "a",
        "default",
        '{ action: DENY, rules: [{ to: [{ operation: { ports: ["19080", "9080"] } }], when: [{ key: destination.port, values: ["9080", "19080"] }] }] }',
      ),
    ],
    [
      'warning policy-port-not-found PeerAuthentication/default/a spec.portLevelMtls["9080"]',
      "warning policy-port-not-found AuthorizationPolicy/default/a spec.rules[0].to[0].operation.ports[1]",
      "warning policy-port-not-found AuthorizationPolicy/default/a spec.rules[0].when[0].values[0]",
    ],
  ],
  [
    "a group that becomes another account's while instances run",
    [
      "apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: { name: reviews-v1 }\nspec: { template: { serviceAccount: basket } }",
    ],
    ["warning instances-without-group WorkloadGroup/default/reviews-v1 spec.template.serviceAccount"],
  ],
  [
    "Sidecars of which the older one applies, to all of a namespace and to one workload",
    [
      REVIEWS,
      sidecar("a", "{ egress: [{ hosts: ['./*'] }] }"),
      sidecar("b", "{ egress: [{ hosts: ['*/*'] }] }"),
      sidecar("c", "{ workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: ['*/*'] }] }"),
      sidecar("d", "{ workloadSelector: { labels: { version: v1 } }, egress: [{ hosts: ['*/*'] }] }"),
    ],
    [
      "warning several-sidecars Sidecar/default/b spec",
      "warning several-sidecars Sidecar/default/d spec.workloadSelector",
    ],
  ],
  [
    "ProxyConfigs of which the older one applies",
    [
      REVIEWS,
      proxyConfig("a", "{ concurrency: 1 }"),
      proxyConfig("b", "{ concurrency: 2 }"),
      proxyConfig("c", "{ selector: { matchLabels: { app: reviews } }, concurrency: 1 }"),
      proxyConfig("d", "{ selector: { matchLabels: { version: v1 } }, concurrency: 1 }"),
    ],
    [
      "warning several-proxy-configs ProxyConfig/default/b spec",
      "warning several-proxy-configs ProxyConfig/default/d spec.selector",
    ],
  ],
  [
    "a Sidecar that leaves out the port at which its workloads are called",
    [
      REVIEWS,
      sidecar(
        "a",
        "{ workloadSelector: { labels: { app: reviews } }, ingress: [{ port: { number: 1, name: http } }] }",
      ),
    ],
    ["warning sidecar-port-not-answered Sidecar/default/a spec.ingress"],
  ],
  [
    "hosts that nobody has",
    [REVIEWS, operation("hosts: [reviws], notHosts: ['reviews.defalt:9080']")],
    [
      "warning policy-host-not-found AuthorizationPolicy/default/a spec.rules[0].to[0].operation.hosts[0]",
      "warning policy-host-not-found AuthorizationPolicy/default/a spec.rules[0].to[0].operation.notHosts[0]",
    ],
  ],
  [
    "two groups whose workloads have the same labels",
    [group("a", "default", "app: a"), group("b", "default", "app: a")],
    [
      "info duplicate-group-labels WorkloadGroup/default/a spec.metadata.labels",
      "info duplicate-group-labels WorkloadGroup/default/b spec.metadata.labels",
    ],
  ],
  [
    "providers that are not there, whose service is not there, and whose service has no such port",
    [
      REVIEWS,
      meshConfig(
        "{ extensionProviders: [{ name: a, envoyExtAuthzHttp: { service: nobody.test, port: 1 } }, { name: b, envoyExtAuthzGrpc: { service: reviews.default.svc.cluster.local, port: 1 } }, { name: c, envoyExtAuthzGrpc: { service: default/reviews.default.svc.cluster.local, port: 9080 } }] }",
      ),
      ...["none", "a", "b", "c"].map((name) =>
        policy(
          "AuthorizationPolicy",
          `by-${name}`,
          "default",
          `{ action: CUSTOM, provider: { name: ${name} }, rules: [{}] }`,
        ),
      ),
    ],
    [
      "error provider-not-found AuthorizationPolicy/default/by-none spec.provider.name",
      "error provider-not-found AuthorizationPolicy/default/by-a spec.provider.name",
      "error provider-not-found AuthorizationPolicy/default/by-b spec.provider.name",
    ],
  ],
  [
    "a MeshConfig that says otherwise than the server was told at its start",
    [REVIEWS, meshConfig("{ connectTimeout: 4s, dnsRefreshRate: 9s }")],
    ["info overrules-start-up MeshConfig/istio-system/default spec.connectTimeout"],
  ],
  [
    "a host that a Sidecar imports from where it is not, and one that is nowhere but in a pattern at a gateway",
    [
      REVIEWS,
      GATEWAY,
      virtualService(
        "{ hosts: ['*'], gateways: [edge], http: [{ route: [{ destination: { host: reviews } }] }] }",
        "gw",
      ),
      sidecar(
        "a",
        "{ egress: [{ hosts: [other/reviews.default.svc.cluster.local, './nobody.example.com', '~x/gone.example.com'] }] }",
      ),
    ],
    [
      "warning sidecar-host-not-found Sidecar/default/a spec.egress[0].hosts[0]",
      "warning sidecar-host-not-found Sidecar/default/a spec.egress[0].hosts[1]",
    ],
  ],
];
