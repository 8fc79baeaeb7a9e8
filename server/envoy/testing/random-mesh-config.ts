import { MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { DOMAIN, type Draw, parse } from "#server/envoy/testing/random-draw.ts";

/** What the mesh says where nobody else does: each time of other things. */
export function randomMeshConfig({ pick, rarely, service, namespace }: Draw): AnyResource {
  const maybe = (spec: object): object => (rarely(3) ? spec : {});
  const authorizer = `${service}.${namespace}.${DOMAIN}`;
  const spec = {
    ...maybe({ outboundTrafficPolicy: { mode: pick(["ALLOW_ANY", "REGISTRY_ONLY", "ALLOW_ANY_DYNAMIC_DNS"]) } }),
    ...maybe({ pathNormalization: { normalization: pick(["NONE", "BASE", "MERGE_SLASHES"]) } }),
    ...maybe({ defaultServiceExportTo: [pick(["*", ".", "~"])] }),
    ...maybe({ defaultVirtualServiceExportTo: [pick(["*", "."])] }),
    ...maybe({ defaultDestinationRuleExportTo: [pick(["*", "."])] }),
    ...maybe({ connectTimeout: pick(["1s", "10s"]) }),
    ...maybe({ tcpKeepalive: { probes: 3 } }),
    ...maybe({
      localityLbSetting: pick<object>([
        { enabled: false },
        { failoverPriority: ["app"] },
        { distribute: [{ from: "eu/*", to: { "eu/*": 90, "us/*": 10 } }] },
      ]),
    }),
    ...maybe({ enableAutoMtls: pick([true, false]) }),
    ...maybe({ h2UpgradePolicy: pick(["UPGRADE", "DO_NOT_UPGRADE"]) }),
    ...maybe({ defaultHttpRetryPolicy: pick<object>([{ attempts: 0 }, { attempts: 3, retryOn: "5xx" }]) }),
    ...maybe({
      extensionProviders: [
        {
          name: "a",
          envoyExtAuthzHttp: { service: authorizer, port: pick([80, 9080]), failOpen: pick([true, false]) },
        },
        { name: "b", envoyExtAuthzGrpc: { service: `${namespace}/${authorizer}`, port: 80 } },
        { name: "otlp", envoyOtelAls: { service: `${namespace}/${authorizer}`, port: pick([80, 9080]) } },
        {
          name: "spans",
          opentelemetry: { service: authorizer, port: pick([80, 9080]), ...maybe({ http: { path: "/v1/traces" } }) },
        },
        pick<object>([
          { name: "more", zipkin: { service: authorizer, port: 80, maxTagLength: 9 } },
          { name: "more", skywalking: { service: authorizer, port: 9080 } },
        ]),
        { name: "entries", envoyHttpAls: { service: authorizer, port: 80, additionalRequestHeadersToLog: ["x-a"] } },
        { name: "file", envoyFileAccessLog: { path: "/dev/null" } },
      ],
    }),
    ...maybe({
      defaultProviders: { accessLogging: [pick(["envoy", "otlp"])], ...maybe({ tracing: [pick(["spans", "more"])] }) },
    }),
    ...maybe({ accessLogFile: "/dev/null" }),
    ...maybe({ enableTracing: pick([true, false]) }),
    ...maybe({
      defaultConfig: {
        concurrency: 2,
        connectionSettings: { httpMaxConcurrentStreams: pick([7, 100]) },
        ...maybe({ gatewayTopology: { proxyProtocol: {} } }),
        ...maybe({
          tracing: pick<object>([
            { sampling: 0 },
            { sampling: 5, maxPathTagLength: 9 },
            { zipkin: { address: `${authorizer}:80` } },
          ]),
        }),
        ...maybe({
          proxyHeaders: pick<object>([
            { preserveHttp1HeaderCase: true },
            { requestId: { disabled: true } },
            { attemptCount: { disabled: true }, xForwardedHost: { enabled: true } },
            { server: { disabled: true }, envoyDebugHeaders: { disabled: true } },
          ]),
        }),
      },
    }),
  };
  return parse(
    JSON.stringify({ apiVersion: "mesh.pharos.dev/v1", kind: "MeshConfig", metadata: MESH_CONFIG_PLACE, spec }),
  );
}
