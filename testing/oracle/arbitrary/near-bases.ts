import type { Kind } from "#core/kinds/kinds.ts";

/** Kinds that Istio publishes, and so validates. */
export type PublishedKind = Exclude<
  Kind,
  | "AlertReceiver"
  | "AlertRule"
  | "HealthPolicy"
  | "MeshConfig"
  | "Objective"
  | "Plan"
  | "Quota"
  | "RateLimit"
  | "Silence"
>;

/** Usual specs of each kind, all valid; random documents begin from them. */
export const BASES: Readonly<Record<PublishedKind, readonly object[]>> = {
  VirtualService: [
    {
      hosts: ["reviews"],
      http: [
        {
          route: [
            { destination: { host: "reviews", subset: "v1" }, weight: 70 },
            { destination: { host: "reviews", subset: "v2", port: { number: 80 } }, weight: 30 },
          ],
          match: [{ uri: { prefix: "/a" } }],
          retries: { attempts: 2, perTryTimeout: "2s" },
          timeout: "5s",
        },
      ],
    },
    {
      hosts: ["a.example.com", "b.example.com"],
      gateways: ["edge/edge", "mesh"],
      http: [{ redirect: { uri: "/x", authority: "b" } }],
    },
    {
      hosts: ["a"],
      http: [
        {
          route: [{ destination: { host: "a" } }],
          fault: {
            delay: { fixedDelay: "5s", percentage: { value: 10 } },
            abort: { httpStatus: 500, percentage: { value: 5 } },
          },
          mirror: { host: "b" },
          headers: { request: { set: { a: "b" }, remove: ["c"] } },
          corsPolicy: { allowOrigins: [{ exact: "https://a" }], allowMethods: ["GET"], maxAge: "24h" },
        },
      ],
    },
    { hosts: ["a"], http: [{ directResponse: { status: 503, body: { string: "x" } } }] },
    { hosts: ["a"], tcp: [{ route: [{ destination: { host: "a", port: { number: 80 } } }] }] },
    {
      hosts: ["a"],
      http: [
        {
          match: [
            {
              uri: { exact: "/a" },
              headers: { x: { exact: "1" } },
              withoutHeaders: { y: { regex: "a+" } },
              queryParams: { q: { prefix: "a" } },
            },
          ],
          rewrite: { uri: "/b" },
          route: [{ destination: { host: "a" } }],
        },
        { route: [{ destination: { host: "a" } }] },
      ],
    },
  ],
  DestinationRule: [
    {
      host: "reviews",
      subsets: [{ name: "v1", labels: { version: "v1" } }],
      trafficPolicy: {
        connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } },
        outlierDetection: { consecutive5xxErrors: 3, interval: "5s" },
      },
    },
    { host: "*.foo.com", trafficPolicy: { tls: { mode: "SIMPLE" }, loadBalancer: { simple: "RANDOM" } } },
    {
      host: "a",
      trafficPolicy: {
        loadBalancer: { consistentHash: { httpHeaderName: "x" } },
        portLevelSettings: [{ port: { number: 80 }, tls: { mode: "ISTIO_MUTUAL" } }],
      },
    },
    {
      host: "a",
      trafficPolicy: { tls: { mode: "MUTUAL", clientCertificate: "/a", privateKey: "/b", caCertificates: "/c" } },
    },
    { host: "a", trafficPolicy: { loadBalancer: { simple: "ROUND_ROBIN", warmup: { duration: "30s" } } } },
  ],
  Gateway: [
    {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    },
    {
      selector: { istio: "ingressgateway" },
      servers: [
        {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts: ["a.example.com", "ns/*.b.com"],
          tls: { mode: "SIMPLE", serverCertificate: "/a", privateKey: "/b" },
        },
        {
          port: { number: 80, name: "http", protocol: "HTTP" },
          hosts: ["a.example.com"],
          tls: { httpsRedirect: true },
        },
      ],
    },
    {
      servers: [
        {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts: ["*"],
          tls: {
            mode: "MUTUAL",
            serverCertificate: "/a",
            privateKey: "/b",
            caCertificates: "/c",
            minProtocolVersion: "TLSV1_2",
            cipherSuites: ["ECDHE-RSA-AES256-GCM-SHA384"],
          },
        },
      ],
    },
  ],
  ServiceEntry: [
    { hosts: ["a.example.com"], ports: [{ number: 80, name: "http", protocol: "HTTP" }], resolution: "DNS" },
    {
      hosts: ["a.example.com"],
      location: "MESH_INTERNAL",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      resolution: "STATIC",
      workloadSelector: { labels: { app: "a" } },
    },
    {
      hosts: ["a.example.com", "b.example.com"],
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      resolution: "STATIC",
      endpoints: [{ address: "1.2.3.4", ports: { tls: 8443 }, labels: { a: "b" } }, { address: "fe80::1" }],
    },
    { hosts: ["a.example.com"], ports: [{ number: 80, name: "http", protocol: "HTTP" }] },
    {
      hosts: ["a.example.com"],
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      resolution: "STATIC",
      endpoints: [{ address: "unix:///a/b" }],
    },
    {
      hosts: ["a.example.com"],
      ports: [{ number: 80, name: "http", protocol: "TCP" }],
      resolution: "DNS",
      endpoints: [{ address: "b.example.com" }],
    },
  ],
  Sidecar: [
    { egress: [{ hosts: ["./*", "istio-system/*"] }] },
    {
      workloadSelector: { labels: { app: "a" } },
      egress: [{ hosts: ["*/a.example.com", "~b/*"] }],
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    },
    { inboundConnectionPool: { tcp: { maxConnections: 5 } } },
  ],
  EnvoyFilter: [
    {
      workloadSelector: { labels: { app: "reviews" } },
      configPatches: [
        {
          applyTo: "CLUSTER",
          match: { context: "SIDECAR_OUTBOUND", cluster: { service: "a" } },
          patch: { operation: "MERGE", value: { connectTimeout: "1s" } },
        },
      ],
    },
  ],
  Telemetry: [
    { tracing: [{ randomSamplingPercentage: 10, customTags: { a: { literal: { value: "b" } } } }] },
    { selector: { matchLabels: { app: "a" } }, tracing: [{ match: { mode: "CLIENT" }, disableSpanReporting: true }] },
  ],
  ProxyConfig: [{ selector: { matchLabels: { app: "a" } }, concurrency: 2, environmentVariables: { A: "b" } }],
  WorkloadEntry: [
    { address: "1.2.3.4", ports: { http: 80 }, labels: { app: "a" }, serviceAccount: "a", weight: 3 },
    { address: "a.b.c" },
    { address: "unix:///a" },
  ],
  WorkloadGroup: [
    {
      metadata: { labels: { app: "a" } },
      template: { serviceAccount: "a", ports: { http: 80 } },
      probe: { httpGet: { path: "/", port: 80, httpHeaders: [{ name: "a", value: "b" }] }, periodSeconds: 5 },
    },
    { template: {}, probe: { tcpSocket: { port: 80 } } },
  ],
  PeerAuthentication: [
    { mtls: { mode: "STRICT" } },
    {
      selector: { matchLabels: { app: "a" } },
      portLevelMtls: { 80: { mode: "DISABLE" } },
      mtls: { mode: "PERMISSIVE" },
    },
  ],
  RequestAuthentication: [
    { jwtRules: [{ issuer: "https://a", jwksUri: "https://a/keys", audiences: ["a"], forwardOriginalToken: true }] },
    {
      selector: { matchLabels: { app: "a" } },
      jwtRules: [
        {
          issuer: "a",
          jwks: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}',
          fromHeaders: [{ name: "x-a", prefix: "T " }],
          fromParams: ["t"],
          fromCookies: ["c"],
          outputPayloadToHeader: "x-b",
          outputClaimToHeaders: [{ header: "x-c", claim: "a.b" }],
          timeout: "5s",
          spaceDelimitedClaims: ["roles"],
        },
      ],
    },
    {},
  ],
  AuthorizationPolicy: [
    { action: "CUSTOM", provider: { name: "a" }, rules: [{ to: [{ operation: { paths: ["/a/*"] } }] }] },
    {
      selector: { matchLabels: { app: "a" } },
      action: "DENY",
      rules: [
        {
          from: [{ source: { principals: ["a"], namespaces: ["b"] } }],
          to: [{ operation: { methods: ["GET"], paths: ["/a*"], ports: ["80"] } }],
          when: [{ key: "request.headers[a]", values: ["b"] }],
        },
      ],
    },
    { action: "ALLOW", rules: [{ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }] },
    {},
    { rules: [{}] },
  ],
  WasmPlugin: [
    { url: "https://modules.example.com/a.wasm", sha256: "0a".repeat(32), phase: "AUTHN", priority: 1 },
    {
      selector: { matchLabels: { app: "a" } },
      url: "file:///opt/a.wasm",
      pluginName: "a",
      pluginConfig: { a: { b: [1, "c", null] } },
      failStrategy: "FAIL_OPEN",
      vmConfig: {
        env: [
          { name: "A", value: "b" },
          { name: "B", valueFrom: "HOST" },
        ],
      },
      match: [{ mode: "SERVER", ports: [{ number: 80 }] }],
      type: "NETWORK",
    },
    {},
  ],
  TrafficExtension: [
    { lua: { inlineCode: "function envoy_on_request(h) end" }, phase: "STATS", priority: -1 },
    {
      selector: { matchLabels: { app: "a" } },
      match: [{ mode: "CLIENT" }, { ports: [{ number: 80 }, { number: 81 }] }],
      wasm: { url: "http://modules.example.com/a.wasm", sha256: "0a".repeat(32), pluginName: "a" },
    },
    {},
  ],
};
