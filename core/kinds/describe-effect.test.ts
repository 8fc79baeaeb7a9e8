import { expect, test } from "vitest";
import { describeEffect } from "#core/kinds/describe-effect.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

function effect(kind: string, spec: string, namespace = "default"): string {
  const group = kind.endsWith("Authentication") ? "security" : "networking";
  const { resources, diagnostics } = parseDocuments(
    `apiVersion: ${group}.istio.io/v1\nkind: ${kind}\nmetadata: { name: x, namespace: ${namespace} }\nspec: ${spec}\n`,
  );
  expect(diagnostics).toEqual([]);
  const [resource] = resources;
  if (resource === undefined) throw new Error("no resource");
  return describeEffect(resource, "istio-system");
}

const TO = (subset: string, weight: number) =>
  `{ destination: { host: reviews, subset: ${subset} }, weight: ${weight} }`;

test.each([
  [
    "VirtualService",
    `{ hosts: [reviews], http: [{ route: [${TO("v1", 90)}, ${TO("v3", 10)}] }] }`,
    "Every request goes to reviews v1 (90 %) and reviews v3 (10 %).",
  ],
  [
    "VirtualService",
    `{ hosts: [reviews], http: [{ match: [{ method: { exact: GET } }], route: [${TO("v2", 100)}] }, { route: [${TO("v1", 100)}] }] }`,
    "Requests with method GET go to reviews v2. And 1 more rule.",
  ],
  [
    "VirtualService",
    "{ hosts: [a.b], gateways: [gw], tls: [{ match: [{ port: 443, sniHosts: [a.b] }], route: [{ destination: { host: c } }] }], tcp: [{ match: [{ destinationSubnets: [10.0.0.0/8], sourceLabels: { app: x }, sourceNamespace: y, gateways: [mesh] }], route: [{ destination: { host: c }, weight: 1 }, { destination: { host: d, subset: v1 }, weight: 99 }] }] }",
    "TLS connections for a.b on port 443 go to c. And 1 more rule.",
  ],
  [
    "VirtualService",
    "{ hosts: [a.b], tcp: [{ match: [{ destinationSubnets: [10.0.0.0/8], sourceLabels: { app: x }, sourceNamespace: y, gateways: [mesh] }], route: [{ destination: { host: c }, weight: 1 }, { destination: { host: d, subset: v1 }, weight: 99 }] }] }",
    "TCP connections to 10.0.0.0/8 from app=x from namespace y through mesh go to c (1 %) and d v1 (99 %).",
  ],
  [
    "Sidecar",
    "{ egress: [{ hosts: ['./a.b', './c.d', x/*, y/*, z/*, '~w/*'] }], outboundTrafficPolicy: {} }",
    "Callers know ./a.b, ./c.d, x/*, y/* and 2 more; other captured calls are refused",
  ],
  [
    "RequestAuthentication",
    "{ jwtRules: [{ issuer: a, jwksUri: 'https://a' }, { issuer: b, jwksUri: 'https://a' }, { jwksUri: 'https://a' }, { issuer: c, jwksUri: 'https://a' }] }",
    "Tokens of a, b, any issuer and 1 more are checked on every workload in default; requests without one pass",
  ],
  [
    "VirtualService",
    "{ hosts: [a.b], http: [{ delegate: { name: b, namespace: c } }] }",
    "Every request is routed by c/b.",
  ],
  [
    "DestinationRule",
    "{ host: reviews, subsets: [{ name: v1 }, { name: v2 }], trafficPolicy: { loadBalancer: { simple: RANDOM } } }",
    "Defines v1 and v2; sets load balancer",
  ],
  [
    "Gateway",
    '{ servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }',
    "HTTP on 80 for every host",
  ],
  [
    "ServiceEntry",
    "{ hosts: [a.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{ number: 443, name: tls, protocol: TLS }] }",
    "A service outside the mesh; TLS 443",
  ],
  [
    "WorkloadGroup",
    "{ metadata: { labels: { app: reviews, version: v1 } }, template: { serviceAccount: reviews } }",
    "Account reviews; app=reviews, version=v1",
  ],
  ["PeerAuthentication", "{ mtls: { mode: STRICT } }", "Only mTLS on every workload in default"],
  [
    "PeerAuthentication",
    "{ selector: { matchLabels: { app: reviews } }, mtls: { mode: PERMISSIVE }, portLevelMtls: { 9080: { mode: DISABLE } } }",
    "mTLS and plaintext on workloads with app=reviews; 1 port says otherwise",
  ],
])("says what a %s does", (kind, spec, expected) => expect(effect(kind, spec)).toBe(expected));

test("a policy of the root namespace is for the mesh", () => {
  expect(effect("PeerAuthentication", "{ mtls: { mode: STRICT } }", "istio-system")).toBe(
    "Only mTLS on every workload of the mesh",
  );
});
