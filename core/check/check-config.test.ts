import { describe, expect, test } from "vitest";
import { CHECK_RULES } from "#core/check/check-config.ts";
import { check, policy, REVIEWS, SUBSETS, sidecar, telemetry, virtualService } from "#core/check/testing/check.ts";

const TO_V1 = "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }";
const PRINCIPAL = "spec.rules[0].from[0].source";

const CASES: readonly (readonly [name: string, documents: readonly string[], found: readonly string[]])[] = [
  ["finds nothing wrong with a service, its subsets and a route to one", [REVIEWS, SUBSETS, virtualService(TO_V1)], []],
  [
    "a route to a host that does not exist",
    [virtualService("{ hosts: [x.y], http: [{ route: [{ destination: { host: reviws } }] }] }"), REVIEWS],
    ["warning destination-host-not-found VirtualService/default/reviews spec.http[0].route[0].destination.host"],
  ],
  [
    "a mirror to a port that the service does not have",
    [
      REVIEWS,
      virtualService(
        "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }], mirror: { host: reviews, port: { number: 80 } } }] }",
      ),
    ],
    ["warning destination-host-not-found VirtualService/default/reviews spec.http[0].mirror.port.number"],
  ],
  [
    "a route to a subset that no rule defines",
    [REVIEWS, SUBSETS, virtualService(TO_V1.replace("v1", "v9"))],
    ["warning subset-not-found VirtualService/default/reviews spec.http[0].route[0].destination.subset"],
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
    "a gateway that does not exist",
    [
      REVIEWS,
      virtualService("{ hosts: ['*'], gateways: [front], http: [{ route: [{ destination: { host: reviews } }] }] }"),
    ],
    ["error gateway-not-found VirtualService/default/reviews spec.gateways[0]"],
  ],
  [
    "a delegate that is not there, one with hosts, and one whose match lies within none of the root's",
    [
      REVIEWS,
      SUBSETS,
      virtualService(
        "{ hosts: [reviews], http: [{ delegate: { name: none } }, { delegate: { name: hosted } }, { match: [{ uri: { prefix: /a } }], delegate: { name: part } }] }",
      ),
      virtualService(TO_V1.replace("[reviews]", "[other]"), "hosted"),
      virtualService(
        "{ http: [{ match: [{ uri: { prefix: /b } }], route: [{ destination: { host: reviews } }] }] }",
        "part",
      ),
    ],
    [
      "warning delegate-not-usable VirtualService/default/part spec.http[0].match",
      "error delegate-not-usable VirtualService/default/reviews spec.http[0].delegate",
      "error delegate-not-usable VirtualService/default/reviews spec.http[1].delegate",
    ],
  ],
  [
    "a VirtualService without hosts that none delegates to",
    [REVIEWS, SUBSETS, virtualService("{ http: [{ route: [{ destination: { host: reviews } }] }] }")],
    ["warning delegate-not-used VirtualService/default/reviews spec.hosts"],
  ],
  [
    "two VirtualServices for one host",
    [REVIEWS, SUBSETS, virtualService(TO_V1), virtualService(TO_V1, "zz")],
    ["warning duplicate-host VirtualService/default/zz spec.hosts[0]"],
  ],
  [
    "a rule for a host that does not exist",
    [SUBSETS],
    ["warning rule-host-not-found DestinationRule/default/reviews spec.host"],
  ],
  [
    "a subset whose labels no instance has",
    [REVIEWS, SUBSETS.replace("version: v1", "version: v3")],
    ["warning subset-without-instances DestinationRule/default/reviews spec.subsets[0].labels"],
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
        "{ rules: [{ from: [{ source: { namespaces: [defalt, default] } }] }] }",
      ),
    ],
    [`warning namespace-not-found AuthorizationPolicy/default/a ${PRINCIPAL}.namespaces[0]`],
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
        '{ action: DENY, rules: [{ to: [{ operation: { ports: ["19080", "9080"] } }] }] }',
      ),
    ],
    [
      'warning policy-port-not-found PeerAuthentication/default/a spec.portLevelMtls["9080"]',
      "warning policy-port-not-found AuthorizationPolicy/default/a spec.rules[0].to[0].operation.ports[1]",
    ],
  ],
  [
    "a gateway's port that a service with several ports does not have",
    [
      REVIEWS.replace("protocol: HTTP }]", "protocol: HTTP }, { name: admin, number: 9090, protocol: HTTP }]"),
      `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge }
spec: { servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: ["*"] }] }
`,
      virtualService(
        "{ hosts: [shop.example.test], gateways: [edge], http: [{ route: [{ destination: { host: reviews } }] }] }",
      ),
      virtualService("{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }", "inside"),
    ],
    ["warning destination-port-ambiguous VirtualService/default/reviews spec.http[0].route[0].destination"],
  ],
  [
    "a short name beside the whole one of the same host",
    [
      REVIEWS,
      virtualService(
        "{ hosts: [reviews, reviews.default.svc.cluster.local], http: [{ route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    [],
  ],
  [
    "two ServiceEntries for one host and port, which are one service",
    [REVIEWS, REVIEWS.replace("name: reviews }", "name: twin }")],
    [],
  ],
  [
    "two ServiceEntries for one host that differ in more than ports",
    [REVIEWS, REVIEWS.replace("name: reviews }", "name: twin }").replace("resolution: STATIC", "resolution: DNS")],
    ["warning duplicate-service ServiceEntry/default/twin spec.hosts[0]"],
  ],
  [
    "two ServiceEntries for one host in two namespaces",
    [REVIEWS, REVIEWS.replace("name: reviews }", "name: reviews, namespace: prod }")],
    [
      "warning duplicate-service ServiceEntry/prod/reviews spec.hosts[0]",
      "warning selector-matches-nothing ServiceEntry/prod/reviews spec.workloadSelector",
    ],
  ],
  [
    "what is asked of requests where there are connections alone",
    [
      REVIEWS.replace("protocol: HTTP", "protocol: TCP"),
      SUBSETS.replace(
        "subsets:",
        "trafficPolicy: { connectionPool: { http: { maxRetries: 3, http1MaxPendingRequests: 5 } }, loadBalancer: { consistentHash: { httpHeaderName: x-user } } }, subsets:",
      ),
      virtualService("{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }"),
    ],
    [
      "warning http-only-setting DestinationRule/default/reviews spec.trafficPolicy.connectionPool.http.maxRetries",
      "warning http-only-setting DestinationRule/default/reviews spec.trafficPolicy.loadBalancer.consistentHash.httpHeaderName",
      "warning http-only-setting VirtualService/default/reviews spec.http",
    ],
  ],
  [
    "a match on the one port of several that carries connections",
    [
      REVIEWS.replace("protocol: HTTP }]", "protocol: HTTP }, { name: db, number: 7000, protocol: TCP }]"),
      virtualService(
        "{ hosts: [reviews], http: [{ match: [{ port: 9080 }, { port: 7000 }], route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    ["warning http-only-setting VirtualService/default/reviews spec.http[0].match[1].port"],
  ],
  [
    "what each setting of a TCP service does: those of connections hold, those of requests are told",
    [
      REVIEWS.replace("protocol: HTTP", "protocol: TCP"),
      SUBSETS.replace(
        "subsets:",
        "trafficPolicy: { connectionPool: { tcp: { maxConnections: 1, connectTimeout: 1s, maxConnectionDuration: 1s, tcpKeepalive: { time: 60s } }, http: { http1MaxPendingRequests: 1, http2MaxRequests: 1, maxRequestsPerConnection: 1, maxRetries: 0, idleTimeout: 1s, useClientProtocol: true, maxConcurrentStreams: 1 } }, loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 101 } } }, outlierDetection: { consecutive5xxErrors: 1, interval: 1s }, tls: { mode: SIMPLE, sni: a.example.com } }, subsets:",
      ),
    ],
    ["http2MaxRequests", "maxRequestsPerConnection", "idleTimeout", "useClientProtocol", "maxConcurrentStreams"].map(
      (key) =>
        `warning http-only-setting DestinationRule/default/reviews spec.trafficPolicy.connectionPool.http.${key}`,
    ),
  ],
  [
    "routes of connections where there are requests alone",
    [REVIEWS, virtualService("{ hosts: [reviews], tcp: [{ route: [{ destination: { host: reviews } }] }] }")],
    ["warning http-only-setting VirtualService/default/reviews spec.tcp"],
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
    "Telemetries of which the older one applies",
    [
      REVIEWS,
      telemetry("a", "{ tracing: [{ randomSamplingPercentage: 1 }] }"),
      telemetry("b", "{ tracing: [{ randomSamplingPercentage: 2 }] }"),
      telemetry("c", "{ selector: { matchLabels: { app: reviews } }, tracing: [{ disableSpanReporting: true }] }"),
      telemetry("d", "{ selector: { matchLabels: { version: v1 } }, tracing: [{ disableSpanReporting: true }] }"),
    ],
    [
      "warning several-telemetries Telemetry/default/b spec",
      "warning several-telemetries Telemetry/default/d spec.selector",
    ],
  ],
  [
    "a host that a Sidecar imports from where it is not, and one that is nowhere but in a pattern at a gateway",
    [
      REVIEWS,
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: edge }\nspec: { servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: ['*'] }] }",
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
  [
    "weights that do not come to 100, and a rule behind a catch-all",
    [
      REVIEWS,
      virtualService(
        "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews }, weight: 1 }, { destination: { host: reviews }, weight: 2 }] }, { route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    [
      "warning weight-sum VirtualService/default/reviews spec.http[0].route",
      "warning unreachable-rule VirtualService/default/reviews spec.http[1]",
    ],
  ],
];

describe("checks between resources", () => {
  test.each(CASES)("%s", (_name, documents, found) => {
    expect(check(...documents).sort()).toEqual([...found].sort());
  });

  test("every rule has a case that it finds something in", () => {
    const found = new Set(CASES.flatMap(([, , lines]) => lines.map((line) => line.split(" ")[1])));
    expect(CHECK_RULES.map((rule) => rule.code).filter((code) => !found.has(code))).toEqual([]);
  });
});
