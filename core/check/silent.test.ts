import { expect, test } from "vitest";
import { CHECK_RULES } from "#core/check/check-config.ts";
import {
  check,
  meshConfig,
  policy,
  REVIEWS,
  SUBSETS,
  sidecar,
  TEN_REVIEWS,
  telemetry,
  virtualService,
} from "#core/check/testing/check.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";

// For each rule what comes close and is right: a warning that is wrong teaches people to read none.

const TO_REVIEWS = "http: [{ route: [{ destination: { host: reviews } }] }]";
const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge }
spec: { servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
const source = (text: string) =>
  policy("AuthorizationPolicy", "a", "default", `{ rules: [{ from: [{ source: { ${text} } }] }] }`);
const mtls = (name: string, spec: string) => policy("PeerAuthentication", name, "default", spec);

const CLOSE: { readonly [C in DiagnosticCode]?: readonly (readonly [name: string, documents: readonly string[]])[] } = {
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
  "duplicate-host": [
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
  "subset-without-instances": [
    [
      "a service of which no endpoint is known",
      [REVIEWS.replace("app: reviews", "app: elsewhere"), SUBSETS.replace("version: v1", "version: v9")],
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
  "duplicate-service": [["two hosts of one entry", [REVIEWS.replace("hosts: [", "hosts: [a.example.test, ")]]],
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
          "{ extensionProviders: [{ name: otlp, envoyOtelAls: { service: default/reviews.default.svc.cluster.local, port: 9080 } }, { name: own, prometheus: {} }] }",
        ),
        telemetry(
          "a",
          "{ metrics: [{ providers: [{ name: prometheus }, { name: own }] }], accessLogging: [{ providers: [{ name: envoy }, { name: OTLP }] }] }",
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
  "http-only-setting": [
    [
      "a port that says nothing of its protocol",
      [REVIEWS.replace(", protocol: HTTP", ""), virtualService(`{ hosts: [reviews], ${TO_REVIEWS} }`)],
    ],
  ],
};

test.each(CHECK_RULES)("$code has a case in which it stays silent", ({ code }) => {
  expect(CLOSE[code] ?? []).not.toEqual([]);
});

test.each(
  Object.entries(CLOSE).flatMap(([code, cases]) => cases.map(([name, documents]) => ({ code, name, documents }))),
)("$code says nothing of $name", ({ code, documents }) => {
  expect(check(...documents).filter((line) => line.split(" ")[1] === code)).toEqual([]);
});
