import {
  destinationRule,
  envoyFilter,
  GATEWAY,
  REVIEWS,
  type SilentCases,
  SUBSETS,
  TEN_REVIEWS,
  tlsGateway,
  virtualService,
} from "#core/check/testing/check.ts";

const TO_REVIEWS = "http: [{ route: [{ destination: { host: reviews } }] }]";

/** On services, and on what routes to them. */
export const SILENT_ROUTING: SilentCases = {
  "destination-host-not-found": [
    [
      "a service by its whole name, in capitals and with a dot at the end",
      [
        REVIEWS,
        virtualService(
          "{ hosts: [reviews], http: [{ route: [{ destination: { host: Reviews.default.svc.cluster.local. } }] }] }",
        ),
      ],
    ],
    [
      "a port that the service has",
      [
        REVIEWS,
        virtualService(
          "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews, port: { number: 9080 } } }] }] }",
        ),
      ],
    ],
  ],
  "delegate-not-usable": [
    [
      "a delegate whose matches lie within the root's, one without any, and a delegate of a delegate's own check",
      [
        REVIEWS,
        virtualService(
          "{ hosts: [reviews], http: [{ match: [{ uri: { prefix: /a } }], delegate: { name: part } }, { delegate: { name: rest, namespace: default } }] }",
        ),
        virtualService(
          "{ exportTo: [.], http: [{ match: [{ uri: { prefix: /a/b } }, { headers: { x: { exact: y } } }], route: [{ destination: { host: reviews } }] }] }",
          "part",
        ),
        virtualService("{ http: [{ route: [{ destination: { host: reviews } }] }] }", "rest"),
      ],
    ],
  ],
  "delegate-not-used": [
    [
      "one that is delegated to, also by none that has its host",
      [
        REVIEWS,
        virtualService("{ hosts: [reviews], http: [{ delegate: { name: part } }] }"),
        virtualService("{ http: [{ route: [{ destination: { host: reviews } }] }] }", "part"),
      ],
    ],
  ],
  "subset-not-found": [
    [
      "a subset of the rule for all hosts of an ending",
      [
        REVIEWS,
        SUBSETS.replace("host: reviews", "host: '*.default.svc.cluster.local'"),
        virtualService("{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }"),
      ],
    ],
  ],
  "gateway-not-found": [
    [
      "a gateway by name alone, by namespace and name, and the mesh",
      [
        REVIEWS,
        GATEWAY,
        virtualService(`{ hosts: [a.example.test], gateways: [edge, ./edge, default/edge, mesh], ${TO_REVIEWS} }`),
      ],
    ],
  ],
  "gateway-host-not-found": [
    [
      "a host under a wildcard, one of its own namespace, and one of several",
      [
        REVIEWS,
        GATEWAY.replace('"*"', '"*.example.test", ./b.org'),
        virtualService(`{ hosts: [a.example.test, other.org], gateways: [edge], ${TO_REVIEWS} }`),
        virtualService(`{ hosts: ["*.org"], gateways: [edge, mesh], ${TO_REVIEWS} }`, "b"),
      ],
    ],
  ],
  "duplicate-host": [
    [
      "two that no namespace sees both of",
      [
        REVIEWS,
        virtualService(`{ hosts: [a.example.test], exportTo: [prod], ${TO_REVIEWS} }`),
        virtualService(`{ hosts: [a.example.test], exportTo: ["."], ${TO_REVIEWS} }`, "own"),
      ],
    ],
    [
      "one for the mesh and one for a gateway",
      [
        REVIEWS,
        GATEWAY,
        virtualService(`{ hosts: [reviews], ${TO_REVIEWS} }`),
        virtualService(`{ hosts: [reviews], gateways: [edge], ${TO_REVIEWS} }`, "edge"),
      ],
    ],
    [
      "a host and the wildcard over it",
      [
        REVIEWS,
        virtualService(`{ hosts: [reviews], ${TO_REVIEWS} }`),
        virtualService(`{ hosts: ["*.svc.cluster.local"], ${TO_REVIEWS} }`, "all"),
      ],
    ],
  ],
  "destination-port-ambiguous": [
    [
      "the port of the request is one of the service's",
      [
        REVIEWS.replace("protocol: HTTP }]", "protocol: HTTP }, { name: admin, number: 8080, protocol: HTTP }]"),
        GATEWAY,
        virtualService(`{ hosts: [a.example.test], gateways: [edge], ${TO_REVIEWS} }`),
      ],
    ],
  ],
  "match-port-not-found": [
    [
      "a port of the service, one of the gateway, and 0, which is any",
      [
        REVIEWS,
        GATEWAY,
        virtualService(
          `{ hosts: [reviews], gateways: [mesh, edge], http: [{ match: [{ port: 9080 }, { port: 8080 }, { port: 8080, gateways: [edge] }, { port: 0 }], route: [{ destination: { host: reviews } }] }] }`,
        ),
      ],
    ],
    [
      "hosts that are served on whichever port the matches name: of no service, and patterns",
      [
        REVIEWS,
        ...["new.example.test, reviews", '"*.default.svc.cluster.local"'].map((hosts, index) =>
          virtualService(
            `{ hosts: [${hosts}], http: [{ match: [{ port: 9999 }], route: [{ destination: { host: reviews } }] }] }`,
            `vs-${index}`,
          ),
        ),
      ],
    ],
    [
      "a host below a service's pattern",
      [
        REVIEWS.replace("reviews.default.svc.cluster.local", '"*.example.test"'),
        virtualService(
          "{ hosts: [a.example.test], http: [{ match: [{ port: 9999 }], directResponse: { status: 200 } }] }",
        ),
      ],
    ],
    [
      "a gateway that does not exist, and one that the VirtualService is not bound to: others tell of these",
      [
        REVIEWS,
        virtualService(
          `{ hosts: [reviews], gateways: [none, mesh], http: [{ match: [{ port: 80, gateways: [none] }, { port: 80, gateways: [edge] }], route: [{ destination: { host: reviews } }] }] }`,
        ),
      ],
    ],
    [
      "one that is delegated to for one of two hosts, and one that nobody delegates to",
      [
        REVIEWS,
        REVIEWS.replaceAll("reviews", "ratings").replace("9080", "80"),
        ...["reviews", "ratings"].map((host) =>
          virtualService(`{ hosts: [${host}], http: [{ delegate: { name: part } }] }`, host),
        ),
        ...["part", "unused"].map((name) =>
          virtualService(`{ http: [{ match: [{ port: 80 }], route: [{ destination: { host: ratings } }] }] }`, name),
        ),
      ],
    ],
  ],
  "rule-host-not-found": [
    ["a rule for every host", [SUBSETS.replace("host: reviews", "host: '*'")]],
    [
      "a rule for an ending that some service has",
      [REVIEWS, SUBSETS.replace("host: reviews", "host: '*.cluster.local'")],
    ],
  ],
  "rule-port-not-found": [
    [
      "a port of one of the services under a wildcard",
      [
        REVIEWS,
        SUBSETS.replace(
          "host: reviews,",
          "host: '*.cluster.local', trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, loadBalancer: { simple: RANDOM } }] },",
        ),
      ],
    ],
  ],
  "ejects-nobody": [
    [
      "an ejection of one of two",
      [
        REVIEWS,
        SUBSETS.replace(
          "host: reviews,",
          "host: reviews, trafficPolicy: { outlierDetection: { maxEjectionPercent: 50 } },",
        ),
      ],
    ],
    [
      "a subset of one instance, beside the group that it is of",
      [REVIEWS, SUBSETS.replace("version: v1 }", "version: v1 }, trafficPolicy: { outlierDetection: {} }")],
    ],
    [
      "two names that DNS may have many addresses for",
      [
        REVIEWS.replace("STATIC", "DNS").replace(
          "workloadSelector: { labels: { app: reviews } }",
          "endpoints: [{ address: a.example.test }, { address: b.example.test }]",
        ),
        SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { outlierDetection: {} },"),
      ],
    ],
    [
      "a subset that says more than what is around it",
      [
        TEN_REVIEWS,
        SUBSETS.replace("host: reviews,", "host: reviews, trafficPolicy: { outlierDetection: {} },").replace(
          "version: v1 }",
          "version: v1 }, trafficPolicy: { outlierDetection: { maxEjectionPercent: 100 } }",
        ),
      ],
    ],
  ],
  "subset-without-labels": [
    [
      "a subset of all instances, with settings of its own",
      [
        REVIEWS,
        destinationRule(
          "all",
          "{ host: reviews, subsets: [{ name: all, trafficPolicy: { loadBalancer: { simple: RANDOM } } }] }",
        ),
      ],
    ],
  ],
  "destination-repeated": [
    [
      "two subsets, two ports, and a part of the requests with a header of its own",
      [
        REVIEWS,
        virtualService(
          "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews }, weight: 90 }, { destination: { host: reviews }, weight: 10, headers: { request: { set: { x-canary: a } } } }] }, { route: [{ destination: { host: reviews } }] }] }",
        ),
      ],
    ],
  ],
  "subset-without-instances": [
    [
      "a service of which no endpoint is known",
      [REVIEWS.replace("app: reviews", "app: elsewhere"), SUBSETS.replace("version: v1", "version: v9")],
    ],
  ],
  "duplicate-service": [
    ["two hosts of one entry", [REVIEWS.replace("hosts: [", "hosts: [a.example.test, ")]],
    [
      "two that are each for their own namespace",
      [
        REVIEWS.replace("spec:", 'spec:\n  exportTo: ["."]'),
        REVIEWS.replace("name: reviews }", "name: reviews, namespace: prod }").replace(
          "spec:",
          'spec:\n  exportTo: ["."]',
        ),
      ],
    ],
  ],
  "http-only-setting": [
    [
      "a port that says nothing of its protocol",
      [REVIEWS.replace(", protocol: HTTP", ""), virtualService(`{ hosts: [reviews], ${TO_REVIEWS} }`)],
    ],
  ],
  "duplicate-certificate": [
    [
      "one Gateway with both hosts, another port, other workloads and the same host twice",
      [
        tlsGateway("a").replace("a.example.test", "a.example.test, b.example.test"),
        tlsGateway("b").replace("8443", "9443"),
        tlsGateway("c").replace("spec: {", "spec: { selector: { app: nobody },").replace("8443", "10443"),
        tlsGateway("d").replace("spec: {", "spec: { selector: { app: else },").replace("8443", "10443"),
        tlsGateway("e").replace("8443", "11443"),
        tlsGateway("f").replace("8443", "11443").replace("f.example.test", "e.example.test"),
        tlsGateway("g").replace("wild", "g-cert"),
      ],
    ],
  ],
  "mesh-rule-not-at-gateway": [
    [
      "a choice that is bound to the gateway too, a gateway's own choice, and a rule for another host",
      [
        REVIEWS,
        SUBSETS,
        GATEWAY,
        GATEWAY.replace("name: edge", "name: inner"),
        virtualService(
          "{ hosts: [reviews], gateways: [mesh, edge], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }",
        ),
        virtualService(
          "{ hosts: [a.example.test], gateways: [edge], http: [{ route: [{ destination: { host: reviews } }] }] }",
          "beside",
        ),
        virtualService(
          "{ hosts: [b.example.test], gateways: [inner], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }",
          "chosen",
        ),
        virtualService("{ hosts: [c.example.test], http: [{ route: [{ destination: { host: reviews } }] }] }", "mesh"),
      ],
    ],
  ],
  "patch-order-by-age": [
    [
      "a filter of Envoy's own, one of a higher priority, one of other workloads, one of the root namespace and a call's other side",
      [
        envoyFilter("a", "INSERT_BEFORE", "x", "envoy.filters.http.router"),
        envoyFilter("b", "INSERT_AFTER", "y", "x").replace("spec:", "spec:\n  priority: 1"),
        envoyFilter("c", "INSERT_FIRST", "z").replace(
          "spec:",
          "spec:\n  workloadSelector: { labels: { version: v1 } }",
        ),
        envoyFilter("d", "INSERT_AFTER", "w", "z").replace(
          "spec:",
          "spec:\n  workloadSelector: { labels: { version: v2 } }",
        ),
        envoyFilter("e", "INSERT_FIRST", "r").replace("name: e", "name: e, namespace: istio-system"),
        envoyFilter("f", "INSERT_AFTER", "s", "r"),
        envoyFilter("g", "INSERT_FIRST", "o").replace("SIDECAR_INBOUND", "SIDECAR_OUTBOUND"),
        envoyFilter("h", "INSERT_AFTER", "p", "o"),
      ],
    ],
  ],
  "rule-overruled": [
    [
      "rules that add to each other, say the same, or are for others",
      [
        REVIEWS,
        destinationRule("a", "{ host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM } } }"),
        destinationRule("b", "{ host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }"),
        destinationRule(
          "c",
          "{ host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM } }, subsets: [{ name: v1, labels: { version: v1 } }] }",
        ),
        destinationRule("d", "{ host: '*', trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } } }"),
        destinationRule(
          "e",
          "{ host: reviews, workloadSelector: { matchLabels: { app: a } }, trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } } }",
        ),
        destinationRule(
          "f",
          "{ host: reviews, exportTo: [.], trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } } }",
        ),
      ],
    ],
  ],
};
