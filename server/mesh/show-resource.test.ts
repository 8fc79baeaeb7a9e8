import { expect, test } from "vitest";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { readCase } from "#server/envoy/testing/read-case.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";
import { showResource } from "#server/mesh/show-resource.ts";

const PROVIDERS = {
  zipkin: "zipkin: { service: otel/otel.test, port: 4317, headers: [{ name: x-key, value: needle }] }",
  skywalking: "skywalking: { service: otel/otel.test, port: 4317, accessToken: needle }",
  "OTLP over HTTP":
    "opentelemetry: { service: otel/otel.test, port: 4317, http: { path: /v1, headers: [{ name: x-key, value: needle }] } }",
  "OTLP over gRPC":
    "opentelemetry: { service: otel/otel.test, port: 4317, grpc: { initialMetadata: [{ name: x-key, value: needle }] } }",
  "an authorizer":
    "envoyExtAuthzHttp: { service: otel/otel.test, port: 4317, includeAdditionalHeadersInCheck: { x-key: needle } }",
};

test.each(Object.entries(PROVIDERS))("what a proxy shows to %s is told to nobody", (_name, provider) => {
  const isAuthorizer = provider.startsWith("envoyExtAuthz");
  const { snapshot, node } = readCase(`
proxy: { type: sidecar, name: cart-0, namespace: default, mode: NONE, labels: { app: cart }, httpProxyPort: 15080, inbound: ["http:9081:19081"] }
instances: [{ name: cart-0, labels: { app: cart }, account: cart, ports: ["http:9081:19081"] }]
---
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec:
  extensionProviders: [{ name: one, ${provider} }]
  ${isAuthorizer ? "" : "defaultProviders: { tracing: [one] }"}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: otel, namespace: otel }
spec: { hosts: [otel.test], ports: [{ number: 4317, name: grpc }], resolution: STATIC, endpoints: [{ address: 10.0.0.9 }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: judged, namespace: default }
spec: ${isAuthorizer ? "{ action: CUSTOM, provider: { name: one }, rules: [{}] }" : "{ action: DENY, rules: [{ to: [{ operation: { paths: [/none] } }] }] }"}
`);
  const { layers } = createCompiler(snapshot, { hash: ({ length }) => String(length) }).open(node);
  const listeners = layers.flatMap(({ resources }) => [...(resources.get("LDS")?.values() ?? [])]);
  const text = (show: typeof showResource) => JSON.stringify(listeners.map(({ body }) => show("LDS", body)));
  expect(text(decodeResource)).toContain("needle");
  expect(text(showResource)).not.toContain("needle");
  expect(text(showResource)).toBe(text(decodeResource).replaceAll('"needle"', '"[redacted]"'));
});
