import type { Kind } from "#core/kinds/kinds.ts";
import { EXTENSION_RULES } from "#testing/istio-crd/extension-rules.ts";
import type { IstioRule } from "#testing/istio-crd/istio-rule.ts";

const HTTP = { number: 80, name: "http", protocol: "HTTP" };
const STATIC = { hosts: ["a.example.com"], ports: [HTTP], resolution: "STATIC" };
const DNS = { ...STATIC, resolution: "DNS" };
const endpoint = (one: object) => ({ ...STATIC, endpoints: [one] });
const server = (tls: object) => ({
  servers: [{ port: { number: 443, name: "https", protocol: "HTTPS" }, hosts: ["a.example.com"], tls }],
});
const selecting = (labels: object) => ({ selector: { matchLabels: labels } });
const source = (one: object) => ({ rules: [{ from: [{ source: one }] }] });
const issuer = (one: object) => ({ jwtRules: [{ issuer: "https://a.example.com", ...one }] });
const probe = (one: object) => ({ template: {}, probe: one });
const tagOverride = (one: object) => ({ metrics: [{ overrides: [{ tagOverrides: { a: one } }] }] });
const KEYS = '{"keys":[]}';
const TARGET = { kind: "Gateway", group: "gateway.networking.k8s.io", name: "a" };

/** Of a label selector of these kinds. */
function ofSelectors(): readonly IstioRule[] {
  const kinds: readonly (readonly [Kind, object])[] = [
    ["AuthorizationPolicy", {}],
    ["PeerAuthentication", {}],
    ["RequestAuthentication", {}],
    ["Telemetry", {}],
  ];
  return kinds.flatMap(([kind, rest]): readonly IstioRule[] => {
    const at = "selector.matchLabels";
    const taken = { ...selecting({ app: "a" }), ...rest };
    return [
      {
        says: "wildcard not allowed in label key match",
        kind,
        at,
        taken,
        refused: [selecting({ "a*": "a" }), selecting({ "*": "" })],
      },
      { says: "key must not be empty", kind, at, taken, refused: [selecting({ "": "a" })] },
      {
        says: "wildcard not allowed in label value match",
        kind,
        at: `${at}{}`,
        taken,
        refused: [selecting({ a: "a*" })],
      },
    ];
  });
}

/** Of policies that may be bound to targets. */
function ofTargets(): readonly IstioRule[] {
  const kinds: readonly Kind[] = ["AuthorizationPolicy", "RequestAuthentication", "Telemetry"];
  return kinds.flatMap((kind): readonly IstioRule[] => [
    {
      says: "only one of targetRefs or selector can be set",
      kind,
      at: "",
      taken: selecting({ app: "a" }),
      refused: [
        { ...selecting({ app: "a" }), targetRefs: [TARGET] },
        { ...selecting({ app: "a" }), targetRef: TARGET },
        { targetRef: TARGET, targetRefs: [TARGET] },
      ],
    },
    ...["targetRef", "targetRefs[]"].map((at) => ({
      says: "cross namespace referencing is not currently supported",
      kind,
      at: `${at}.namespace`,
      refused: [
        at.endsWith("[]")
          ? { targetRefs: [{ ...TARGET, namespace: "b" }] }
          : { targetRef: { ...TARGET, namespace: "b" } },
      ],
    })),
  ]);
}

/** Of an address and the ports of a workload, wherever one stands. */
function ofWorkloads(): readonly IstioRule[] {
  const places: readonly (readonly [Kind, at: string, spec: (workload: object) => object])[] = [
    ["WorkloadEntry", "", (workload) => workload],
    ["ServiceEntry", "endpoints[]", endpoint],
    ["WorkloadGroup", "template", (template) => ({ template })],
  ];
  return places.flatMap(([kind, around, spec]): readonly IstioRule[] => {
    const at = (name: string) => (around === "" ? name : `${around}.${name}`);
    // An instance of a group has an address of its own.
    const socket = kind === "WorkloadGroup" ? {} : { taken: spec({ address: "unix:///run/app.sock" }) };
    const plain = { taken: spec({ address: "10.0.0.1", ports: { http: 8080 } }) };
    return [
      ...(kind === "WorkloadGroup"
        ? []
        : [{ says: "Address is required", kind, at: around, ...plain, refused: [spec({ labels: { app: "a" } })] }]),
      {
        says: "UDS may not include ports",
        kind,
        at: around,
        ...socket,
        refused: [
          spec({ address: "unix:///run/app.sock", ports: { http: 80 } }),
          spec({ address: "unix:///a", ports: {} }),
        ],
      },
      {
        says: "UDS must be an absolute path or abstract socket",
        kind,
        at: at("address"),
        ...socket,
        refused: [spec({ address: "unix://run/app.sock" }), spec({ address: "unix://" })],
      },
      {
        says: "UDS may not be a dir",
        kind,
        at: at("address"),
        ...socket,
        refused: [spec({ address: "unix:///run/" })],
      },
      {
        says: "port name must be valid",
        kind,
        at: at("ports"),
        ...plain,
        refused: ["-a", "a-", "a_b", "", "a".repeat(64)].map((name) =>
          spec({ address: "10.0.0.1", ports: { [name]: 80 } }),
        ),
      },
      {
        says: "port must be between 1-65535",
        kind,
        at: at("ports{}"),
        ...plain,
        refused: [0, 65_536].map((port) => spec({ address: "10.0.0.1", ports: { http: port } })),
      },
    ];
  });
}

/** Each CEL rule of the kinds that are read, but for durations, which are a format here. */
export const ISTIO_RULES: readonly IstioRule[] = [
  ...ofSelectors(),
  ...ofTargets(),
  ...ofWorkloads(),
  ...EXTENSION_RULES,
  ...["wildcard not allowed in label key match", "key must not be empty"].map(
    (says): IstioRule => ({
      says,
      kind: "DestinationRule",
      at: "workloadSelector.matchLabels",
      refused: [{ host: "a", workloadSelector: { matchLabels: { "*": "a", "": "b" } } }],
    }),
  ),
  {
    says: "wildcard not allowed in label value match",
    kind: "DestinationRule",
    at: "workloadSelector.matchLabels{}",
    refused: [{ host: "a", workloadSelector: { matchLabels: { a: "*" } } }],
  },
  ...(["ServiceEntry", "Sidecar"] as const).map((kind): IstioRule => {
    const rest = kind === "ServiceEntry" ? STATIC : { egress: [{ hosts: ["./*"] }] };
    const select = (value: string) => ({ ...rest, workloadSelector: { labels: { app: value } } });
    return {
      says: "wildcard is not supported in selector",
      kind,
      at: "workloadSelector.labels{}",
      taken: select("a"),
      refused: [select("a*"), select("*")],
    };
  }),
  ...["number", "targetPort"].map(
    (name): IstioRule => ({
      says: "port must be between 1-65535",
      kind: "ServiceEntry",
      at: `ports[].${name}`,
      taken: { ...STATIC, ports: [{ ...HTTP, [name]: 65_535 }] },
      refused: [0, 65_536].map((port) => ({ ...STATIC, ports: [{ ...HTTP, [name]: port }] })),
    }),
  ),
  {
    says: "port number cannot be duplicated",
    kind: "ServiceEntry",
    at: "ports",
    taken: { ...STATIC, ports: [HTTP, { ...HTTP, number: 81, name: "b" }] },
    refused: [{ ...STATIC, ports: [HTTP, { ...HTTP, name: "b" }] }],
  },
  {
    says: "only one of WorkloadSelector or Endpoints can be set",
    kind: "ServiceEntry",
    at: "",
    taken: { ...STATIC, workloadSelector: { labels: { app: "a" } } },
    refused: [{ ...endpoint({ address: "10.0.0.1" }), workloadSelector: { labels: { app: "a" } } }],
  },
  {
    says: "CIDR addresses are allowed only for NONE/STATIC resolution types",
    kind: "ServiceEntry",
    at: "",
    taken: DNS,
    refused: [{ ...DNS, addresses: ["10.0.0.0/8"] }],
  },
  {
    says: "NONE mode cannot set endpoints",
    kind: "ServiceEntry",
    at: "",
    taken: { ...STATIC, resolution: "NONE" },
    refused: [{ ...endpoint({ address: "10.0.0.1" }), resolution: "NONE" }],
  },
  {
    says: "DNS_ROUND_ROBIN mode cannot have multiple endpoints",
    kind: "ServiceEntry",
    at: "",
    taken: { ...endpoint({ address: "b.example.com" }), resolution: "DNS_ROUND_ROBIN" },
    refused: [
      {
        ...STATIC,
        resolution: "DNS_ROUND_ROBIN",
        endpoints: [{ address: "b.example.com" }, { address: "c.example.com" }],
      },
    ],
  },
  {
    says: "hostname cannot be wildcard",
    kind: "ServiceEntry",
    at: "hosts[]",
    taken: { ...endpoint({ address: "10.0.0.1" }), hosts: ["*.example.com"] },
    refused: [{ ...endpoint({ address: "10.0.0.1" }), hosts: ["*"] }],
  },
  ...(["Gateway", "Sidecar"] as const).flatMap((kind): readonly IstioRule[] => {
    const at = kind === "Gateway" ? "servers[].tls" : "ingress[].tls";
    const tls = (one: object) =>
      kind === "Gateway" ? server({ mode: "SIMPLE", ...one }) : { ingress: [{ port: { number: 80 }, tls: one }] };
    const pair = { serverCertificate: "/a.pem", privateKey: "/a.key" };
    const taken = kind === "Gateway" ? { taken: tls(pair) } : {};
    return [
      {
        says: "only one of credentialNames or tlsCertificates can be set",
        kind,
        at,
        ...taken,
        refused: [tls({ credentialNames: ["a"], tlsCertificates: [pair] })],
      },
      {
        says: "only one of credentialName or credentialNames can be set",
        kind,
        at,
        ...taken,
        refused: [tls({ credentialName: "a", credentialNames: ["a"] })],
      },
      {
        says: "only one of credentialName or tlsCertificates can be set",
        kind,
        at,
        ...taken,
        refused: [tls({ credentialName: "a", tlsCertificates: [pair] })],
      },
    ];
  }),
  {
    says: "scheme must be one of [HTTP, HTTPS]",
    kind: "WorkloadGroup",
    at: "probe.httpGet.scheme",
    taken: probe({ httpGet: { port: 80, scheme: "HTTPS" } }),
    refused: ["http", "TCP"].map((scheme) => probe({ httpGet: { port: 80, scheme } })),
  },
  ...["httpGet", "tcpSocket", "grpc"].map(
    (name): IstioRule => ({
      says: "port must be between 1-65535",
      kind: "WorkloadGroup",
      at: `probe.${name}.port`,
      taken: probe({ [name]: { port: 80 } }),
      refused: [0, 65_536].map((port) => probe({ [name]: { port } })),
    }),
  ),
  {
    says: "Cannot set serviceAccounts with namespaces or principals",
    kind: "AuthorizationPolicy",
    at: "rules[].from[].source",
    taken: source({ serviceAccounts: ["a"] }),
    refused: ["principals", "notPrincipals", "namespaces", "notNamespaces"].flatMap((name) => [
      source({ serviceAccounts: ["a"], [name]: ["a"] }),
      source({ notServiceAccounts: ["a"], [name]: ["a"] }),
    ]),
  },
  {
    says: "portLevelMtls requires selector",
    kind: "PeerAuthentication",
    at: "",
    taken: { ...selecting({ app: "a" }), portLevelMtls: { 80: { mode: "STRICT" } } },
    refused: [
      { portLevelMtls: { 80: { mode: "STRICT" } } },
      { selector: {}, portLevelMtls: { 80: { mode: "STRICT" } } },
    ],
  },
  {
    says: "port must be between 1-65535",
    kind: "PeerAuthentication",
    at: "portLevelMtls",
    taken: { ...selecting({ app: "a" }), portLevelMtls: { 65535: { mode: "STRICT" } } },
    refused: ["0", "65536", "http"].map((port) => ({
      ...selecting({ app: "a" }),
      portLevelMtls: { [port]: { mode: "STRICT" } },
    })),
  },
  {
    says: "only one of jwks or jwksUri can be set",
    kind: "RequestAuthentication",
    at: "jwtRules[]",
    taken: issuer({ jwksUri: "https://a.example.com/keys" }),
    refused: [
      issuer({ jwksUri: "https://a.example.com/keys", jwks: KEYS }),
      issuer({ jwks_uri: "https://a.example.com/keys", jwks: KEYS }),
    ],
  },
  ...["jwksUri", "jwks_uri"].map(
    (name): IstioRule => ({
      says: "url must have scheme http:// or https://",
      kind: "RequestAuthentication",
      at: `jwtRules[].${name}`,
      ...(name === "jwksUri" ? { taken: issuer({ [name]: "http://a.example.com/keys" }) } : {}),
      refused: [issuer({ [name]: "ftp://a.example.com/keys" }), issuer({ [name]: "a.example.com" })],
    }),
  ),
  ...["value must be set when operation is UPSERT", "value must not be set when operation is REMOVE"].map(
    (says): IstioRule => ({
      says,
      kind: "Telemetry",
      at: "metrics[].overrides[].tagOverrides{}",
      refused: [tagOverride({ operation: "UPSERT" }), tagOverride({ operation: "REMOVE", value: "a" })],
    }),
  ),
];
