import {
  destinationRule,
  envoyFilter,
  type FoundCase,
  GATEWAY,
  REVIEWS,
  SUBSETS,
  TEN_REVIEWS,
  tlsGateway,
  virtualService,
} from "#core/check/testing/check.ts";

const TO_V1 = "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }";

/** What is found on services, and on what routes to them. */
export const ROUTING_CASES: readonly FoundCase[] = [
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
    "a destination that a rule names twice, by its short and its whole name",
    [
      REVIEWS,
      SUBSETS,
      virtualService(
        "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 }, weight: 50 }, { destination: { host: reviews.default.svc.cluster.local, subset: v1 }, weight: 50 }] }] }",
      ),
    ],
    ["warning destination-repeated VirtualService/default/reviews spec.http[0].route[1].destination"],
  ],
  [
    "a subset without labels",
    [REVIEWS, destinationRule("all", "{ host: reviews, subsets: [{ name: all }] }")],
    ["info subset-without-labels DestinationRule/default/all spec.subsets[0]"],
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
    "a gateway whose servers are for other hosts, and one of another namespace's hosts",
    [
      REVIEWS,
      GATEWAY.replace('"*"', "b.example.test, prod/a.example.test"),
      virtualService(
        "{ hosts: [a.example.test], gateways: [mesh, edge], http: [{ route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    ["warning gateway-host-not-found VirtualService/default/reviews spec.gateways[1]"],
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
    "two of which one namespace sees both, and its own is nearer",
    [
      REVIEWS,
      SUBSETS,
      virtualService(TO_V1),
      virtualService(TO_V1.replace("{ hosts", '{ exportTo: ["."], hosts'), "aa"),
    ],
    ["warning duplicate-host VirtualService/default/reviews spec.hosts[0]"],
  ],
  [
    "a rule for a host that does not exist",
    [SUBSETS],
    ["warning rule-host-not-found DestinationRule/default/reviews spec.host"],
  ],
  [
    "an ejection of less than one of two",
    [REVIEWS, SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { outlierDetection: {} },")],
    ["warning ejects-nobody DestinationRule/default/reviews spec.trafficPolicy.outlierDetection"],
  ],
  [
    "an ejection of one of ten, which a subset of two inherits",
    [TEN_REVIEWS, SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { outlierDetection: {} },")],
    ["warning ejects-nobody DestinationRule/default/reviews spec.trafficPolicy.outlierDetection"],
  ],
  [
    "a subset whose labels no instance has",
    [REVIEWS, SUBSETS.replace("version: v1", "version: v3")],
    ["warning subset-without-instances DestinationRule/default/reviews spec.subsets[0].labels"],
  ],
  [
    "a gateway's port that a service with several ports does not have",
    [
      REVIEWS.replace("protocol: HTTP }]", "protocol: HTTP }, { name: admin, number: 9090, protocol: HTTP }]"),
      GATEWAY,
      virtualService(
        "{ hosts: [shop.example.test], gateways: [edge], http: [{ route: [{ destination: { host: reviews } }] }] }",
      ),
      virtualService("{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }", "inside"),
    ],
    ["warning destination-port-ambiguous VirtualService/default/reviews spec.http[0].route[0].destination"],
  ],
  [
    "the same of a host that only the VirtualService names",
    [
      REVIEWS.replace("protocol: HTTP }]", "protocol: HTTP }, { name: admin, number: 9081, protocol: HTTP }]"),
      virtualService(
        "{ hosts: [new.example.test], http: [{ match: [{ port: 9081 }], route: [{ destination: { host: reviews } }] }, { route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    ["warning destination-port-ambiguous VirtualService/default/reviews spec.http[1].route[0].destination"],
  ],
  [
    "matches on ports that neither the service nor the gateway has, of requests and of connections",
    [
      REVIEWS.replace(
        "protocol: HTTP }]",
        "protocol: HTTP }, { name: db, number: 7000, protocol: TCP }, { name: tls, number: 7443, protocol: TLS }]",
      ),
      GATEWAY,
      virtualService(
        "{ hosts: [reviews], gateways: [mesh, edge], http: [{ match: [{ port: 8080, gateways: [mesh] }, { port: 9080, gateways: [edge] }, { port: 80 }], route: [{ destination: { host: reviews, port: { number: 9080 } } }] }], tls: [{ match: [{ port: 443, sniHosts: [reviews] }], route: [{ destination: { host: reviews, port: { number: 7443 } } }] }], tcp: [{ match: [{ port: 7001 }], route: [{ destination: { host: reviews, port: { number: 7000 } } }] }] }",
      ),
    ],
    [
      "warning match-port-not-found VirtualService/default/reviews spec.http[0].match[0].port",
      "warning match-port-not-found VirtualService/default/reviews spec.http[0].match[1].port",
      "warning match-port-not-found VirtualService/default/reviews spec.http[0].match[2].port",
      "warning match-port-not-found VirtualService/default/reviews spec.tcp[0].match[0].port",
      "warning match-port-not-found VirtualService/default/reviews spec.tls[0].match[0].port",
    ],
  ],
  [
    "the same of one that is delegated to",
    [
      REVIEWS,
      virtualService("{ hosts: [reviews], http: [{ delegate: { name: part } }] }"),
      virtualService("{ http: [{ match: [{ port: 80 }], route: [{ destination: { host: reviews } }] }] }", "part"),
    ],
    ["warning match-port-not-found VirtualService/default/part spec.http[0].match[0].port"],
  ],
  [
    "settings for a port that the service does not have",
    [
      REVIEWS,
      SUBSETS.replace(
        "subsets: [{ name: v1,",
        "trafficPolicy: { portLevelSettings: [{ port: { number: 9080 }, loadBalancer: { simple: RANDOM } }, { port: { number: 80 }, loadBalancer: { simple: RANDOM } }] }, subsets: [{ name: v1, trafficPolicy: { portLevelSettings: [{ port: { number: 8080 }, loadBalancer: { simple: RANDOM } }] },",
      ),
    ],
    [
      "warning rule-port-not-found DestinationRule/default/reviews spec.subsets[0].trafficPolicy.portLevelSettings[0].port.number",
      "warning rule-port-not-found DestinationRule/default/reviews spec.trafficPolicy.portLevelSettings[1].port.number",
    ],
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
        "trafficPolicy: { connectionPool: { tcp: { maxConnections: 1, connectTimeout: 1s, maxConnectionDuration: 1s, tcpKeepalive: { time: 60s } }, http: { http1MaxPendingRequests: 1, http2MaxRequests: 1, maxRequestsPerConnection: 1, maxRetries: 0, idleTimeout: 1s, useClientProtocol: true, maxConcurrentStreams: 1 } }, loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 101 } } }, outlierDetection: { consecutive5xxErrors: 1, interval: 1s, maxEjectionPercent: 100 }, tls: { mode: SIMPLE, sni: a.example.com } }, subsets:",
      ),
    ],
    ["http2MaxRequests", "maxRequestsPerConnection", "idleTimeout", "useClientProtocol", "maxConcurrentStreams"].map(
      (key) =>
        `warning http-only-setting DestinationRule/default/reviews spec.trafficPolicy.connectionPool.http.${key}`,
    ),
  ],
  [
    "a share of retries where there are connections alone",
    [
      REVIEWS.replace("protocol: HTTP", "protocol: TCP"),
      SUBSETS.replace("subsets:", "trafficPolicy: { retryBudget: { percent: 5 }, tunnel: TUNNEL }, subsets:").replace(
        "TUNNEL",
        "{ targetHost: a.example.test, targetPort: 443 }",
      ),
    ],
    ["warning http-only-setting DestinationRule/default/reviews spec.trafficPolicy.retryBudget"],
  ],
  [
    "a tunnel for connections where there are requests alone",
    [
      REVIEWS,
      SUBSETS.replace(
        "subsets:",
        "trafficPolicy: { retryBudget: { percent: 5 }, tunnel: { targetHost: a.example.test, targetPort: 443 } }, subsets:",
      ),
    ],
    ["warning http-only-setting DestinationRule/default/reviews spec.trafficPolicy.tunnel"],
  ],
  [
    "routes of connections where there are requests alone",
    [REVIEWS, virtualService("{ hosts: [reviews], tcp: [{ route: [{ destination: { host: reviews } }] }] }")],
    ["warning http-only-setting VirtualService/default/reviews spec.tcp"],
  ],
  [
    "weights that do not come to 100, and a rule behind a catch-all",
    [
      REVIEWS,
      virtualService(
        "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews }, weight: 1 }, { destination: { host: reviews, port: { number: 9080 } }, weight: 2 }] }, { route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    [
      "warning weight-sum VirtualService/default/reviews spec.http[0].route",
      "warning unreachable-rule VirtualService/default/reviews spec.http[1]",
    ],
  ],
  [
    "a match that an earlier rule takes, in a rule that another match reaches",
    [
      REVIEWS,
      virtualService(
        "{ hosts: [reviews], http: [{ match: [{ uri: { prefix: /a } }], route: [{ destination: { host: reviews } }] }, { match: [{ uri: { exact: /a/b } }, { uri: { exact: /c } }], route: [{ destination: { host: reviews } }] }] }",
      ),
    ],
    ["info unreachable-match VirtualService/default/reviews spec.http[1].match[0]"],
  ],
  [
    "two gateways that show one certificate for different hosts",
    [tlsGateway("a"), tlsGateway("b")],
    [
      "warning duplicate-certificate Gateway/default/a spec.servers[0].tls",
      "warning duplicate-certificate Gateway/default/b spec.servers[0].tls",
    ],
  ],
  [
    "a gateway whose workloads have another one, too",
    [
      tlsGateway("a").replace("spec: {", "spec: { selector: { app: reviews },"),
      tlsGateway("b").replace("spec: {", "spec: { selector: { app: reviews, version: v1 },"),
    ],
    [
      "warning duplicate-certificate Gateway/default/a spec.servers[0].tls",
      "warning duplicate-certificate Gateway/default/b spec.servers[0].tls",
    ],
  ],
  [
    "a gateway's route to all of what the mesh is led to by subsets",
    [
      REVIEWS,
      SUBSETS,
      GATEWAY,
      virtualService(TO_V1),
      virtualService(
        "{ hosts: [a.example.test], gateways: [edge], http: [{ route: [{ destination: { host: reviews } }] }] }",
        "edge",
      ),
    ],
    ["info mesh-rule-not-at-gateway VirtualService/default/edge spec.http[0].route[0].destination"],
  ],
  [
    "a patch beside a filter that another one of its priority inserts",
    [envoyFilter("a", "INSERT_FIRST", "x"), envoyFilter("b", "INSERT_AFTER", "y", "x")],
    ["info patch-order-by-age EnvoyFilter/default/b spec.configPatches[0].match"],
  ],
  [
    "two rules for one host that say different things of it",
    [
      REVIEWS,
      destinationRule(
        "a",
        "{ host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM } }, subsets: [{ name: v1, labels: { version: v1 } }] }",
      ),
      destinationRule(
        "b",
        "{ host: reviews.default.svc.cluster.local, trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } }, subsets: [{ name: v1, labels: { version: v2 } }] }",
      ),
    ],
    [
      "warning rule-overruled DestinationRule/default/b spec.trafficPolicy",
      "warning rule-overruled DestinationRule/default/b spec.subsets[0]",
    ],
  ],
];
