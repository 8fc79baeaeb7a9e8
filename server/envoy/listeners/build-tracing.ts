import { AGENT_CLUSTERS } from "#core/agent-clusters.ts";
import { parseWorkloadLabel } from "#core/model/workload-label.ts";
import type { SentHeaders, SpanTag } from "#core/resolve/tracing.ts";
import { markedName } from "#core/telemetry/header-tag.ts";
import type { HttpServiceSchema } from "#proto/gen/envoy/config/core/v3/http_service_pb.js";
import { DatadogConfigSchema } from "#proto/gen/envoy/config/trace/v3/datadog_pb.js";
import type { Tracing_HttpSchema } from "#proto/gen/envoy/config/trace/v3/http_tracer_pb.js";
import { OpenTelemetryConfigSchema } from "#proto/gen/envoy/config/trace/v3/opentelemetry_pb.js";
import { SkyWalkingConfigSchema } from "#proto/gen/envoy/config/trace/v3/skywalking_pb.js";
import {
  ZipkinConfig_CollectorEndpointVersion as CollectorVersion,
  ZipkinConfig_TraceContextOption as TraceContext,
  ZipkinConfigSchema,
} from "#proto/gen/envoy/config/trace/v3/zipkin_pb.js";
import type { HttpConnectionManager_TracingSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { EnvironmentResourceDetectorConfigSchema } from "#proto/gen/envoy/extensions/tracers/opentelemetry/resource_detectors/v3/environment_resource_detector_pb.js";
import type { CustomTagSchema } from "#proto/gen/envoy/type/tracing/v3/custom_tag_pb.js";
import type { ReachedReceiver, TracedSide } from "#server/envoy/listeners/proxy-tracing.ts";
import { duration, type Init, pack, typed } from "#server/envoy/pack.ts";

/** Envoy's own default, which need not be sent. */
const PATH_TAG_LENGTH = 256;

/** `workload` is of the proxy, whose name spans bear. Gateways, and SkyWalking everywhere, tell of each call upstream by a span of its own, as in Istio. */
export function buildTracing(
  { samplingPercent, endsContext, tags, maxPathTagLength, receiver }: TracedSide,
  { workload, isGateway }: { readonly workload: string; readonly isGateway: boolean },
): Init<typeof HttpConnectionManager_TracingSchema> {
  const spawns = receiver !== undefined && (isGateway || receiver.receiver.kind === "skywalking");
  return {
    provider: receiver === undefined ? OF_PHAROS : buildProvider(receiver, workload),
    randomSampling: { value: samplingPercent },
    clientSampling: { value: 100 },
    overallSampling: { value: 100 },
    spawnUpstreamSpan: spawns,
    ...(endsContext ? { noContextPropagation: true } : {}),
    ...(maxPathTagLength === PATH_TAG_LENGTH ? {} : { maxPathTagLength }),
    ...(tags.length === 0
      ? {}
      : {
          customTags: tags.map(([name, tag]) => ({
            // Who takes them for Pharos redacts; a provider gets them as they are asked for.
            tag: receiver === undefined ? markedName(name, tag) : name,
            ...customTag(tag),
          })),
        }),
  };
}

/**
 * Envoy's Zipkin tracer, because it reads and writes the context of B3 and of W3C alike (docs/adr/0014-tracer.md). The agent
 * knows whose spans they are, and hands them on as OTLP.
 */
const OF_PHAROS = typed("envoy.tracers.zipkin", ZipkinConfigSchema, {
  collectorCluster: AGENT_CLUSTERS.spans,
  collectorEndpoint: "/api/v2/spans",
  collectorEndpointVersion: CollectorVersion.HTTP_JSON,
  traceContextOption: TraceContext.USE_B3_WITH_W3C_PROPAGATION,
  traceId128bit: true,
  sharedSpanContext: false,
});

function buildProvider(reached: ReachedReceiver, workload: string): Init<typeof Tracing_HttpSchema> {
  const { receiver, cluster, host } = reached;
  const { app, namespace } = parseWorkloadLabel(workload);
  const serviceName = `${app}.${namespace}`;
  switch (receiver.kind) {
    case "zipkin": {
      const { path = "/api/v2/spans", timeout = "5s", headers, ...zipkin } = receiver.provider;
      return typed("envoy.tracers.zipkin", ZipkinConfigSchema, {
        collectorService: overHttp(reached, { path, timeout, headers }),
        collectorEndpointVersion: CollectorVersion.HTTP_JSON,
        traceContextOption: TraceContext[zipkin.traceContextOption ?? "USE_B3"],
        traceId128bit: zipkin.enable64bitTraceId !== true,
        sharedSpanContext: false,
      });
    }
    case "datadog":
      return typed("envoy.tracers.datadog", DatadogConfigSchema, {
        collectorCluster: cluster,
        collectorHostname: host,
        serviceName,
      });
    case "skywalking": {
      const { accessToken: value } = receiver.provider;
      return typed("envoy.tracers.skywalking", SkyWalkingConfigSchema, {
        grpcService: { targetSpecifier: { case: "envoyGrpc", value: { clusterName: cluster, authority: host } } },
        clientConfig: {
          serviceName,
          ...(value === undefined ? {} : { backendTokenSpecifier: { case: "backendToken", value } }),
        },
      });
    }
    case "opentelemetry": {
      const { http, grpc = {}, resourceDetectors, serviceAttributeEnrichment } = receiver.provider;
      const isSemantic = serviceAttributeEnrichment === "OTEL_SEMANTIC_CONVENTIONS";
      const readsEnvironment = isSemantic || resourceDetectors?.environment !== undefined;
      return typed("envoy.tracers.opentelemetry", OpenTelemetryConfigSchema, {
        serviceName: isSemantic ? app : serviceName,
        ...(readsEnvironment ? { resourceDetectors: [ENVIRONMENT] } : {}),
        ...(http === undefined
          ? {
              grpcService: {
                targetSpecifier: { case: "envoyGrpc", value: { clusterName: cluster, authority: host } },
                ...(grpc.timeout === undefined ? {} : { timeout: duration(grpc.timeout) }),
                initialMetadata: (grpc.initialMetadata ?? []).map(({ name, value = "" }) => ({ key: name, value })),
              },
            }
          : { httpService: overHttp(reached, { ...http, timeout: http.timeout ?? "3s" }) }),
      });
    }
  }
}

const ENVIRONMENT = {
  name: "envoy.tracers.opentelemetry.resource_detectors.environment",
  typedConfig: pack(EnvironmentResourceDetectorConfigSchema, {}),
};

function overHttp(
  { cluster, host }: ReachedReceiver,
  {
    path,
    timeout,
    headers = [],
  }: { readonly path: string; readonly timeout: string; readonly headers?: SentHeaders | undefined },
): Init<typeof HttpServiceSchema> {
  return {
    httpUri: {
      uri: `http://${host}${path.startsWith("/") ? "" : "/"}${path}`,
      httpUpstreamType: { case: "cluster", value: cluster },
      timeout: duration(timeout),
    },
    requestHeadersToAdd: headers.map(({ name, value = "" }) => ({ header: { key: name, value } })),
  };
}

function customTag(tag: SpanTag): Pick<Init<typeof CustomTagSchema>, "type" | "value"> {
  if (tag.kind === "literal") return { type: { case: "literal", value: { value: tag.text } } };
  if (tag.kind === "formatter") return { value: tag.text };
  const value = { name: tag.name, defaultValue: tag.otherwise };
  return { type: tag.kind === "environment" ? { case: "environment", value } : { case: "requestHeader", value } };
}
