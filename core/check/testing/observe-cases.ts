import {
  type FoundCase,
  meshConfig,
  REVIEWS,
  type SilentCases,
  SUBSETS,
  TEN_REVIEWS,
  telemetry,
} from "#core/check/testing/check.ts";

const policy = (namespace: string): string => `apiVersion: observe.pharos.dev/v1
kind: HealthPolicy
metadata: { name: p, namespace: ${namespace} }
spec: { rules: [{ namespace: shop, tolerances: [{ code: 5XX, failure: 10 }] }] }
`;
const objective = `apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: o }
spec: { service: reviews, availability: {}, target: 99, window: { rolling: 24h } }
`;
const aboutRequests = (name: string, requests: string, more = ""): string =>
  objective
    .replace("{ name: o }", `{ name: ${name} }`)
    .replace("availability", `requests: ${requests}, ${more}availability`);
const byRoute = (name: string, of = "shop"): string =>
  aboutRequests(
    "o",
    `{ route: { virtualService: ${of}, name: ${name} } }`,
    "from: { namespace: istio-system }, reporter: Source, ",
  );
const SHOP = `${TEN_REVIEWS.replaceAll("reviews", "cart")}---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop }
spec:
  hosts: [reviews]
  http:
    - { name: read, match: [{ method: { exact: GET } }], route: [{ destination: { host: reviews } }] }
    - { name: pay, route: [{ destination: { host: cart } }] }
`;
const manyOperations = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => aboutRequests(`o${10 + index}`, `{ paths: [/${index}] }`));
const rated = (rate: string): string =>
  REVIEWS.replace(/metadata: \{ /, `metadata: { annotations: { health.kiali.io/rate: "${rate}" }, `);

/** What is found on resources that say what is looked at. */
export const OBSERVE_CASES: readonly FoundCase[] = [
  [
    "a rule for a namespace that its policy does not reach",
    [policy("default")],
    ["warning health-rule-elsewhere HealthPolicy/default/p spec.rules[0].namespace"],
  ],
  ["an objective of nobody", [objective], ["warning objective-target-not-found Objective/default/o spec.service"]],
  [
    "an objective by a route of no VirtualService",
    [REVIEWS, SHOP, byRoute("read", "shops")],
    ["warning objective-route-not-found Objective/default/o spec.requests.route.virtualService"],
  ],
  [
    "an objective by a route that no VirtualService has",
    [REVIEWS, SHOP, byRoute("reed")],
    ["warning objective-route-not-found Objective/default/o spec.requests.route.name"],
  ],
  [
    "an objective by a route to another service",
    [REVIEWS, SHOP, byRoute("pay")],
    ["warning objective-route-not-found Objective/default/o spec.requests.route.name"],
  ],
  [
    "an objective about requests of a service of connections",
    [REVIEWS.replace("protocol: HTTP", "protocol: TCP"), aboutRequests("o", "{ methods: [GET] }")],
    ["warning objective-route-not-found Objective/default/o spec.requests"],
  ],
  [
    "objectives about more operations than a workload tells apart",
    [REVIEWS, ...manyOperations(17)],
    ["warning too-many-operations Objective/default/o26 spec.requests"],
  ],
  [
    "an annotation that cannot be read",
    [rated("5XX,10,http")],
    ['warning health-annotation ServiceEntry/default/reviews metadata.annotations["health.kiali.io/rate"]'],
  ],
  [
    "a finding that is set aside without a day",
    [
      REVIEWS,
      SUBSETS.replace(
        "{ name: reviews }",
        '{ name: reviews, annotations: { checks.pharos.dev/set-aside: "subset-not-found: soon" } }',
      ),
    ],
    [
      'warning set-aside-annotation DestinationRule/default/reviews metadata.annotations["checks.pharos.dev/set-aside"]',
    ],
  ],
  [
    "an annotation where nobody reads it",
    [
      REVIEWS,
      SUBSETS.replace(
        "{ name: reviews }",
        '{ name: reviews, annotations: { health.kiali.io/rate: "5XX,0,10,http,inbound" } }',
      ),
    ],
    ['warning health-annotation DestinationRule/default/reviews metadata.annotations["health.kiali.io/rate"]'],
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
    "Telemetries that name providers that are not there, of another type, or whose service or port is not",
    [
      REVIEWS,
      meshConfig(
        "{ extensionProviders: [{ name: a, envoyOtelAls: { service: nobody.test, port: 1 } }, { name: b, envoyOtelAls: { service: reviews.default.svc.cluster.local, port: 1 } }, { name: lines, envoyFileAccessLog: {} }, { name: spans, opentelemetry: { service: nobody.test, port: 1 } }] }",
      ),
      telemetry(
        "logs",
        "{ metrics: [{ providers: [{ name: lines }] }], accessLogging: [{ providers: [{ name: a }, { name: b }, { name: prometheus }, { name: lines }] }], tracing: [{ providers: [{ name: lines }, { name: spans }] }] }",
      ),
    ],
    [
      "warning telemetry-provider-not-found Telemetry/default/logs spec.metrics[0].providers[0].name",
      "warning telemetry-provider-not-found Telemetry/default/logs spec.accessLogging[0].providers[0].name",
      "warning telemetry-provider-not-found Telemetry/default/logs spec.accessLogging[0].providers[1].name",
      "warning telemetry-provider-not-found Telemetry/default/logs spec.accessLogging[0].providers[2].name",
      "warning telemetry-provider-not-found Telemetry/default/logs spec.tracing[0].providers[0].name",
      "warning telemetry-provider-not-found Telemetry/default/logs spec.tracing[0].providers[1].name",
    ],
  ],
];

export const SILENT_OBSERVE: SilentCases = {
  "set-aside-annotation": [
    [
      "a finding with its day and reason",
      [
        REVIEWS.replace(
          /metadata: \{ /,
          'metadata: { annotations: { checks.pharos.dev/set-aside: "subset-not-found until 2026-12-24: soon" }, ',
        ),
      ],
    ],
  ],
  "health-annotation": [["one that can be read", [rated("5XX,0,10,http,inbound")]]],
  "objective-route-not-found": [
    ["a route that leads there", [REVIEWS, SHOP, byRoute("read")]],
    ["a path of a service that takes requests", [REVIEWS, aboutRequests("o", '{ paths: ["/orders/{*}"] }')]],
  ],
  "too-many-operations": [
    [
      "as many as it tells apart, and one that means the same",
      [REVIEWS, ...manyOperations(16), aboutRequests("same", "{ paths: [/3] }")],
    ],
  ],
  "objective-target-not-found": [["a service that is there", [REVIEWS, objective]]],
  "health-rule-elsewhere": [["a rule in the root namespace", [policy("istio-system")]]],
};
