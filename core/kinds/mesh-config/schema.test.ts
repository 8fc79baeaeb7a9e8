import { expect, test } from "vitest";
import { PROXY_CONFIG } from "#core/kinds/mesh-config/proxy-config.ts";
import { MESH_CONFIG } from "#core/kinds/mesh-config/schema.ts";
import { problems } from "#core/resource/testing/problems.ts";
import type { Handled } from "#core/schema/field.ts";

/** Of Istio 1.31's `mesh/v1alpha1/config.proto` and `proxy.proto`, as they are in JSON. */
const MESH_FIELDS =
  "proxyListenPort proxyInboundListenPort proxyHttpPort connectTimeout hboneIdleTimeout protocolDetectionTimeout tcpKeepalive ingressClass ingressService ingressControllerMode ingressSelector enableTracing accessLogFile accessLogFormat accessLogEncoding enableEnvoyAccessLogService disableEnvoyListenerLog defaultConfig outboundTrafficPolicy inboundTrafficPolicy configSources enableAutoMtls trustDomain trustDomainAliases caCertificates defaultServiceExportTo defaultVirtualServiceExportTo defaultDestinationRuleExportTo rootNamespace localityLbSetting zoneAwareLbSetting dnsRefreshRate h2UpgradePolicy inboundClusterStatName outboundClusterStatName certificates serviceSettings serviceScopeConfigs enablePrometheusMerge verifyCertificateAtClient ca extensionProviders defaultProviders discoverySelectors pathNormalization defaultHttpRetryPolicy defaultInboundHttpRetryPolicy meshMTLS tlsDefaults defaultTrafficPolicy serviceEntryVisibility";
const PROXY_FIELDS =
  "configPath binaryPath serviceCluster tracingServiceName drainDuration terminationDrainDuration discoveryAddress discoveryRefreshDelay zipkinAddress statsdUdpAddress envoyMetricsServiceAddress proxyAdminPort availabilityZone controlPlaneAuthPolicy customConfigFile statNameLength concurrency proxyBootstrapTemplatePath interceptionMode tracing sds envoyAccessLogService envoyMetricsService proxyMetadata runtimeValues statusPort extraStatTags gatewayTopology meshId readinessProbe proxyStatsMatcher holdApplicationUntilProxyStarts caCertificatesPem image privateKeyProvider proxyHeaders fileFlushInterval fileFlushMinSizeKb statsCompression connectionSettings";

function membersOf({ type }: Handled): string[] {
  return type.kind === "message" ? Object.keys(type.members).sort() : [];
}

test("each field of Istio's MeshConfig and ProxyConfig is in the table", () => {
  expect(membersOf(MESH_CONFIG)).toEqual(MESH_FIELDS.split(" ").sort());
  expect(membersOf(PROXY_CONFIG)).toEqual(PROXY_FIELDS.split(" ").sort());
});

const document = (spec: string, metadata = "{ name: default, namespace: istio-system }") =>
  `apiVersion: mesh.pharos.dev/v1\nkind: MeshConfig\nmetadata: ${metadata}\nspec: ${spec}\n`;

test.each([
  ["{ outboundTrafficPolicy: { mode: REGISTRY_ONLY } }", []],
  ["{}", ["warning no-effect spec @{"]],
  // As Istio's documentation has it.
  [
    '{ extensionProviders: [{ name: a, envoyExtAuthzGrpc: { service: a.test, port: "9000" } }, { name: b, opentelemetry: { port: 4317, service: b.test, resource_detectors: { environment: {} } } }] }',
    [],
  ],
  [
    '{ extensionProviders: [{ name: a, envoyExtAuthzGrpc: { service: a.test, port: "90000" } }] }',
    ["error bad-value spec.extensionProviders[0].envoyExtAuthzGrpc.port @"],
  ],
  [
    "{ accessLogFile: /dev/stdout, access_log_file: /dev/stderr }",
    ["error duplicate-key spec.access_log_file @access_log_file"],
  ],
  ["{ trust_domain: a }", ["error field-not-handled spec.trustDomain @a"]],
  ["{ enableTracing: false, defaultConfig: { tracing: { sampling: 0.5 } } }", []],
  [
    "{ defaultConfig: { tracing: { zipkin: { address: a } } } }",
    ["error bad-value spec.defaultConfig.tracing.zipkin.address @a"],
  ],
  ["{ trustDomain: a }", ["error field-not-handled spec.trustDomain @a"]],
  [
    "{ inboundTrafficPolicy: { mode: PASSTHROUGH } }",
    ["error value-not-handled spec.inboundTrafficPolicy.mode @PASSTHROUGH"],
  ],
  [
    "{ localityLbSetting: { failover: [{ from: eu, to: eu }] } }",
    ["error bad-value spec.localityLbSetting.failover[0].to @eu"],
  ],
  ["{ connectTimeout: 2h }", ["error bad-value spec.connectTimeout @2h"]],
  ["{ dnsRefreshRate: 1ms }", ["error bad-value spec.dnsRefreshRate @1ms"]],
  ["{ defaultServiceExportTo: [default] }", ["error bad-value spec.defaultServiceExportTo[0] @default"]],
])("%s", (spec, expected) => {
  expect(problems(document(spec)).map((each) => each.replace(/@(\w*).*/s, "@$1"))).toEqual(
    expected.map((each) => each.replace("@{", "@")),
  );
});

test.each([
  ["{ name: other, namespace: istio-system }", "metadata.name"],
  ["{ name: default, namespace: prod }", "metadata.namespace"],
  ["{ name: default }", "metadata.namespace"],
])("there is one of it: %s is another", (metadata, path) => {
  expect(problems(document("{ connectTimeout: 1s }", metadata))[0]).toContain(`error bad-value ${path}`);
});
