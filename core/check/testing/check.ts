import { expect } from "vitest";
import { checkConfig } from "#core/check/check-config.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";

/** A service whose two versions run, and their subsets. */
export const REVIEWS = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews }
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ name: http, number: 9080, protocol: HTTP }]
  workloadSelector: { labels: { app: reviews } }
`;
/** The same with ten endpoints that are written, two of them v1. */
export const TEN_REVIEWS = REVIEWS.replace(
  "workloadSelector: { labels: { app: reviews } }",
  `endpoints: [${Array.from({ length: 10 }, (_, index) => `{ address: 10.0.0.${index + 1}, labels: { version: ${index < 2 ? "v1" : "v2"} } }`).join(", ")}]`,
);
export const SUBSETS = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }
`;

export const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge }
spec: { servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;

export function destinationRule(name: string, spec: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name} }
spec: ${spec}
`;
}

/** For a host of its own, with a certificate that others show too. */
export function tlsGateway(name: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name} }
spec: { servers: [{ port: { number: 8443, name: https, protocol: HTTPS }, hosts: [${name}.example.test], tls: { mode: SIMPLE, credentialName: wild } }] }
`;
}

/** A filter of HTTP, put beside another one where that is named. */
export function envoyFilter(name: string, operation: string, inserted: string, beside?: string): string {
  const subFilter = beside === undefined ? "" : `, subFilter: { name: ${beside} }`;
  return `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: ${name} }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: SIDECAR_INBOUND
        listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager${subFilter} } } }
      patch:
        operation: ${operation}
        value:
          name: ${inserted}
          typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua }
`;
}

export function virtualService(spec: string, name = "reviews"): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name} }
spec: ${spec}
`;
}

export function sidecar(name: string, spec: string, namespace = "default"): string {
  return `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;
}

export function telemetry(name: string, spec: string, namespace = "default"): string {
  return `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;
}

export function proxyConfig(name: string, spec: string, namespace = "default"): string {
  return `
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;
}

/** The one of the mesh. */
export function meshConfig(spec: string): string {
  return `
apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec: ${spec}
`;
}

export function policy(kind: string, name: string, namespace: string, spec: string): string {
  return `
apiVersion: security.istio.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;
}

function instance(version: string): WorkloadInstance {
  return {
    namespace: "default",
    name: `reviews-${version}-0`,
    workload: `reviews-${version}`,
    labels: { app: "reviews", version },
    serviceAccount: "bookinfo-reviews",
    address: "127.0.0.1",
    ports: [{ name: "http", appPort: 19080, inboundPort: 29080 }],
    health: "healthy",
    locality: "",
    weight: 1,
  };
}

/** An ALLOW policy whose one rule is for this. */
export function operation(members: string): string {
  return policy("AuthorizationPolicy", "a", "default", `{ rules: [{ to: [{ operation: { ${members} } }] }] }`);
}

export function group(name: string, namespace: string, labels: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: ${namespace} }
spec: { metadata: { labels: { ${labels} } }, template: {} }
`;
}

/** What the instances are registered in. */
const groupOf = (version: string) => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: reviews-${version} }
spec: { metadata: { labels: { app: reviews, version: ${version} } }, template: { serviceAccount: bookinfo-reviews } }
`;

/** Documents by the code of which nothing is found in them: what comes close and is right. */
export type SilentCases = {
  readonly [C in DiagnosticCode]?: readonly (readonly [name: string, documents: readonly string[]])[];
};

/** Documents that are right by themselves, and what `check` finds on them. */
export type FoundCase = readonly [name: string, documents: readonly string[], found: readonly string[]];

/** `severity code resource path` of what is found; the documents by themselves are right. */
export function check(...documents: string[]): string[] {
  return diagnose(documents).map(
    (diagnostic) =>
      `${diagnostic.severity} ${diagnostic.code} ${diagnostic.resource} ${formatPath(diagnostic.path ?? [])}`,
  );
}

/** What is said of one code. */
export function messagesOf(code: DiagnosticCode, ...documents: string[]): string[] {
  return diagnose(documents)
    .filter((diagnostic) => diagnostic.code === code)
    .map(({ message }) => message);
}

function diagnose(documents: readonly string[]): readonly Diagnostic[] {
  const { resources, diagnostics } = parseDocuments([groupOf("v1"), groupOf("v2"), ...documents].join("\n---\n"));
  expect(diagnostics.filter((diagnostic) => diagnostic.severity === "error")).toEqual([]);
  const mesh = {
    trustDomain: "cluster.local",
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: 100,
    // As the file says that the server was started with.
    proxies: { ...DEFAULT_PROXY_SETTINGS, connectTimeoutMs: 3000 },
  };
  return checkConfig({ revision: 1, mesh, resources, instances: [instance("v1"), instance("v2")] });
}
