import {
  GATEWAY,
  group,
  meshConfig,
  operation,
  policy,
  proxyConfig,
  REVIEWS,
  type SilentCases,
  SUBSETS,
  sidecar,
  telemetry,
  virtualService,
} from "#core/check/testing/check.ts";

const TO_REVIEWS = "http: [{ route: [{ destination: { host: reviews } }] }]";
const source = (text: string) =>
  policy("AuthorizationPolicy", "a", "default", `{ rules: [{ from: [{ source: { ${text} } }] }] }`);
const mtls = (name: string, spec: string) => policy("PeerAuthentication", name, "default", spec);

const limits = (kind: string, name: string, spec: string, more = "") => `
apiVersion: limits.pharos.dev/v1
kind: ${kind}
metadata: { name: ${name}${more} }
spec: ${spec}
`;
const QUOTA = limits("Quota", "q", "{ amount: 5, period: { calendar: Day } }");
const LIMIT = limits("RateLimit", "l", "{ rules: [{ name: r, limit: { amount: 5, per: 1s } }] }");
const plan = (name: string, year: string, value: string) =>
  limits(
    "Plan",
    name,
    `{ consumers: [{ claim: { attribute: "request.auth.claims[plan]", values: [${value}] } }], quotas: [{ name: q, amount: 9 }], limits: [{ name: l, rule: r, amount: 9 }] }`,
    `, creationTimestamp: "${year}-01-01T00:00:00Z"`,
  );

/** On workloads, and on what is written for them. */
export const SILENT_WORKLOADS: SilentCases = {
  "claims-not-checked": [
    [
      "a gateway that checks tokens, and one of which nobody is there",
      [
        REVIEWS,
        GATEWAY.replace("spec: {", "spec: { selector: { app: reviews },"),
        GATEWAY.replace("name: edge", "name: empty").replace("spec: {", "spec: { selector: { app: nobody },"),
        policy("RequestAuthentication", "a", "default", "{ jwtRules: [{ issuer: https://a.test }] }"),
        virtualService(
          `{ hosts: [a.example.test], gateways: [edge, empty], http: [{ match: [{ headers: { "@request.auth.claims.a": {} } }], route: [{ destination: { host: reviews } }] }] }`,
        ),
      ],
    ],
  ],
  "policy-target-not-found": [
    [
      "a service and a ServiceEntry that select a workload, and a selector",
      [
        REVIEWS,
        policy(
          "AuthorizationPolicy",
          "a",
          "default",
          "{ targetRefs: [{ kind: Service, name: reviews }, { kind: ServiceEntry, group: networking.istio.io, name: reviews }] }",
        ),
        policy("AuthorizationPolicy", "b", "default", "{ selector: { matchLabels: { app: reviews } } }"),
      ],
    ],
  ],
  "mtls-conflict": [
    [
      "mTLS to workloads that take only mTLS",
      [
        REVIEWS,
        SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } },"),
        mtls("a", "{ mtls: { mode: STRICT } }"),
      ],
    ],
  ],
  "duplicate-peer-authentication": [
    [
      "one of the namespace and one of some workloads",
      [mtls("a", "{}"), mtls("b", "{ selector: { matchLabels: { app: reviews } } }")],
    ],
    ["the same in two namespaces", [mtls("a", "{}"), policy("PeerAuthentication", "a", "istio-system", "{}")]],
  ],
  "overlapping-peer-authentications": [
    [
      "selectors that differ in the value of a label",
      [
        mtls("a", "{ selector: { matchLabels: { version: v1 } } }"),
        mtls("b", "{ selector: { matchLabels: { version: v2 } } }"),
      ],
    ],
  ],
  "principal-not-found": [
    [
      "who runs, with and without its scheme, and a pattern",
      [
        source(
          "principals: [cluster.local/ns/default/sa/bookinfo-reviews, 'spiffe://cluster.local/ns/default/sa/bookinfo-reviews', '*']",
        ),
      ],
    ],
    ["an account of the policy's own namespace", [source("serviceAccounts: [bookinfo-reviews]")]],
  ],
  "policy-host-not-found": [
    [
      "short and whole names of a service with and without a port, a host of a Gateway, an address, and a pattern",
      [
        REVIEWS,
        GATEWAY.replace('hosts: ["*"]', 'hosts: ["prod/*.example.test"]'),
        operation(
          "hosts: [reviews, 'reviews.default.svc.cluster.local:9080', reviews.default, shop.example.test, 10.0.0.1, '*.elsewhere.test']",
        ),
      ],
    ],
  ],
  "duplicate-group-labels": [
    [
      "groups that differ in one label, groups without labels, and one of another namespace",
      [
        group("a", "default", "app: a, version: v1"),
        group("b", "default", "app: a, version: v2"),
        group("c", "elsewhere", "app: a, version: v1"),
        group("d", "default", ""),
        group("e", "default", ""),
      ],
    ],
  ],
  "namespace-not-found": [["the root namespace and a pattern", [source("namespaces: [istio-system, 'team-*']")]]],
  "selector-matches-nothing": [
    [
      "a policy of the root namespace for workloads of another",
      [policy("PeerAuthentication", "a", "istio-system", "{ selector: { matchLabels: { app: reviews } } }")],
    ],
    ["an empty selector", [policy("PeerAuthentication", "a", "nowhere", "{ selector: { matchLabels: {} } }")]],
    [
      "a gateway of another namespace",
      [
        GATEWAY.replace("spec: {", "spec: { selector: { app: reviews },").replace(
          "name: edge",
          "name: edge, namespace: front",
        ),
      ],
    ],
  ],
  "denies-tcp": [
    [
      "workloads with HTTP ports alone, and others with TCP",
      [
        REVIEWS,
        REVIEWS.replaceAll("reviews", "db").replace("protocol: HTTP", "protocol: TCP"),
        policy(
          "AuthorizationPolicy",
          "a",
          "default",
          "{ selector: { matchLabels: { app: reviews } }, action: DENY, rules: [{ to: [{ operation: { methods: [GET] } }] }] }",
        ),
      ],
    ],
    [
      "a policy that allows, and one whose conditions connections have too",
      [
        REVIEWS.replace("protocol: HTTP", "protocol: TCP"),
        policy("AuthorizationPolicy", "a", "default", "{ rules: [{ to: [{ operation: { methods: [GET] } }] }] }"),
        policy(
          "AuthorizationPolicy",
          "b",
          "default",
          "{ action: DENY, rules: [{ from: [{ source: { notNamespaces: [default] } }] }] }",
        ),
      ],
    ],
  ],
  "policy-port-not-found": [
    [
      "the application's port",
      [
        REVIEWS,
        policy(
          "AuthorizationPolicy",
          "a",
          "default",
          '{ action: DENY, rules: [{ to: [{ operation: { ports: ["19080"] } }] }] }',
        ),
      ],
    ],
    [
      "what no workload is known to listen on",
      [
        policy(
          "AuthorizationPolicy",
          "a",
          "empty",
          '{ action: DENY, rules: [{ to: [{ operation: { ports: ["1"] } }] }] }',
        ),
      ],
    ],
  ],
  "provider-not-found": [
    [
      "a service that the namespace it is written with sees alone, and one that the root namespace sees",
      [
        REVIEWS,
        REVIEWS.replace("name: reviews }", "name: own, namespace: own }")
          .replace("reviews.default.svc.cluster.local", "own.test")
          .replace("location:", 'exportTo: ["."]\n  location:'),
        meshConfig(
          "{ extensionProviders: [{ name: a, envoyExtAuthzHttp: { service: own/own.test, port: 9080 } }, { name: b, envoyExtAuthzGrpc: { service: Reviews.default.svc.cluster.local, port: 9080 } }] }",
        ),
        policy("AuthorizationPolicy", "a", "default", "{ action: CUSTOM, provider: { name: a }, rules: [{}] }"),
        policy("AuthorizationPolicy", "b", "default", "{ action: CUSTOM, provider: { name: b }, rules: [{}] }"),
      ],
    ],
  ],
  "overrules-start-up": [
    [
      "what the server was told too, and what it was not told",
      [meshConfig("{ connectTimeout: 3s, dnsRefreshRate: 9s }")],
    ],
  ],
  "instances-without-group": [["instances in groups of their account", [REVIEWS]]],
  "several-proxy-configs": [
    [
      "one for the namespace, one for a workload of it, and one of the mesh",
      [
        REVIEWS,
        proxyConfig("a", "{ concurrency: 1 }"),
        proxyConfig("b", "{ selector: { matchLabels: { app: reviews } }, concurrency: 2 }"),
        proxyConfig("a", "{ concurrency: 3 }", "istio-system"),
      ],
    ],
  ],
  "several-telemetries": [
    [
      "one for the namespace, one for a workload of it, and one of the mesh",
      [
        REVIEWS,
        telemetry("a", "{ tracing: [{ randomSamplingPercentage: 1 }] }"),
        telemetry("b", "{ selector: { matchLabels: { app: reviews } }, tracing: [{ disableSpanReporting: true }] }"),
        telemetry("a", "{ tracing: [{ randomSamplingPercentage: 1 }] }", "istio-system"),
      ],
    ],
  ],
  "telemetry-provider-not-found": [
    [
      "Istio's own providers, and those of the MeshConfig whatever their case",
      [
        REVIEWS,
        meshConfig(
          "{ extensionProviders: [{ name: otlp, envoyOtelAls: { service: default/reviews.default.svc.cluster.local, port: 9080 } }, { name: own, prometheus: {} }, { name: spans, zipkin: { service: reviews.default.svc.cluster.local, port: 9080 } }] }",
        ),
        telemetry(
          "a",
          "{ metrics: [{ providers: [{ name: prometheus }, { name: own }] }], accessLogging: [{ providers: [{ name: envoy }, { name: OTLP }] }], tracing: [{ providers: [{ name: spans }] }] }",
        ),
      ],
    ],
  ],
  "sidecar-port-not-answered": [
    [
      "ingress that names all ports, and one of workloads that no service selects",
      [
        REVIEWS,
        sidecar(
          "a",
          "{ workloadSelector: { labels: { app: reviews } }, ingress: [{ port: { number: 29080, name: http } }] }",
        ),
        sidecar(
          "b",
          "{ workloadSelector: { labels: { app: nobody } }, ingress: [{ port: { number: 1, name: http } }] }",
        ),
      ],
    ],
  ],
  "several-sidecars": [
    [
      "one for the namespace, one for a workload of it, and those of other namespaces",
      [
        REVIEWS,
        sidecar("a", "{ egress: [{ hosts: ['*/*'] }] }"),
        sidecar("b", "{ workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: ['*/*'] }] }"),
        sidecar("c", "{ workloadSelector: { labels: { app: nobody } }, egress: [{ hosts: ['*/*'] }] }"),
        sidecar("a", "{ egress: [{ hosts: ['*/*'] }] }", "other"),
      ],
    ],
  ],
  "sidecar-host-not-found": [
    [
      "patterns, a service of its own namespace and of any, and what a VirtualService names",
      [
        REVIEWS,
        virtualService(`{ hosts: [a.example.test], ${TO_REVIEWS} }`),
        sidecar(
          "a",
          "{ egress: [{ hosts: [other/*, './reviews.default.svc.cluster.local', '*/Reviews.default.svc.cluster.local', './a.example.test', ~/x.y] }] }",
        ),
      ],
    ],
    [
      "the callers' own namespace, in a Sidecar of the mesh",
      [REVIEWS, sidecar("a", "{ egress: [{ hosts: ['./reviews.default.svc.cluster.local'] }] }", "istio-system")],
    ],
  ],
  "limit-key-not-bound": ["RequestAuthentication", "AuthorizationPolicy"].map((kind): [string, string[]] => [
    `a header that a ${kind} binds`,
    [
      REVIEWS,
      limits(
        "RateLimit",
        "l",
        `{ selector: { matchLabels: { app: reviews } }, rules: [{ name: r, bucket: { key: [{ attribute: "request.headers[X-Tenant]" }], missing: Deny }, limit: { amount: 5, per: 1s } }] }`,
      ),
      kind === "RequestAuthentication"
        ? policy(
            kind,
            "a",
            "default",
            "{ jwtRules: [{ issuer: https://a.test, outputClaimToHeaders: [{ header: x-tenant, claim: org }] }] }",
          )
        : policy(
            kind,
            "a",
            "default",
            `{ rules: [{ from: [{ source: { namespaces: [default] } }], when: [{ key: "request.headers[x-tenant]", values: [a] }] }] }`,
          ),
    ],
  ]),
  "plan-amount-not-usable": [
    [
      "what a request costs at most",
      [QUOTA.replace("amount: 5", "amount: 20, cost: { request: 9 }"), LIMIT, plan("a", "2025", "gold")],
    ],
  ],
  "plan-rule-not-found": [["a rule and a quota that are there", [QUOTA, LIMIT, plan("a", "2025", "gold")]]],
  "consumer-of-two-plans": [
    [
      "two values of a claim, and one of plans of other quotas",
      [
        QUOTA,
        LIMIT,
        plan("a", "2025", "gold"),
        plan("b", "2026", "silver"),
        plan("c", "2027", "gold").replace("name: q,", "name: another,").replace("name: l,", "name: another,"),
      ],
    ],
  ],
};
