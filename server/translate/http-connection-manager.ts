import { accessLogFormat, type LogDirection, PEER_HEADER } from "#core/telemetry/access-log.ts";
import type { AccessLogSchema } from "#proto/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import { HeaderValueOption_HeaderAppendAction } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import type { TypedExtensionConfigSchema } from "#proto/gen/envoy/config/core/v3/extension_pb.js";
import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import {
  ZipkinConfig_CollectorEndpointVersion as CollectorVersion,
  ZipkinConfig_TraceContextOption as TraceContext,
  ZipkinConfigSchema,
} from "#proto/gen/envoy/config/trace/v3/zipkin_pb.js";
import { FileAccessLogSchema } from "#proto/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import { CorsSchema } from "#proto/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js";
import { HTTPFaultSchema } from "#proto/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js";
import { ConfigSchema as HeaderToMetadataSchema } from "#proto/gen/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js";
import { RouterSchema } from "#proto/gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import {
  HttpConnectionManager_ForwardClientCertDetails as ForwardCert,
  type HttpConnectionManager_TracingSchema,
  HttpConnectionManagerSchema,
  type HttpFilterSchema,
} from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { HeaderMutationSchema } from "#proto/gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js";
import { durationMs, type Init, typed } from "#server/translate/pack.ts";
import { CORS_FILTER, FAULT_FILTER } from "#server/translate/route-filters.ts";

export type Direction = LogDirection;
export type HttpFilterInit = Init<typeof HttpFilterSchema>;

/** What of a proxy goes into its own listeners. */
export interface ProxyTelemetry {
  /** `workload;namespace;app;version` */
  readonly workload: string;
  readonly accessLog: string | undefined;
  /** Percent of requests traced where callers have not decided; 0: no tracer, and trace headers go through untouched. */
  readonly traceSampling: number;
}

export interface HttpManagerInput {
  readonly direction: Direction;
  readonly statPrefix: string;
  /** Name of its route configuration: over ADS, so that a change of routes leaves open connections alone. */
  readonly routes: string;
  /** Authorization, before the rest. */
  readonly filters?: readonly HttpFilterInit[];
  readonly telemetry: ProxyTelemetry;
}

/** The access log of a listener: JSON, for Envoy escapes what clients put into it. */
export function buildAccessLog(path: string | undefined, direction: Direction): Init<typeof AccessLogSchema>[] {
  if (path === undefined) return [];
  return [
    typed("envoy.access_loggers.file", FileAccessLogSchema, {
      path,
      accessLogFormat: {
        case: "logFormat",
        value: { format: { case: "jsonFormat", value: accessLogFormat(direction) }, omitEmptyValues: true },
      },
    }),
  ];
}

/** Takes off on the way in what `tellPeer` of the caller's proxy put on. */
const PEER_FILTER: HttpFilterInit = typed("envoy.filters.http.header_to_metadata", HeaderToMetadataSchema, {
  requestRules: [{ header: PEER_HEADER, onHeaderPresent: { metadataNamespace: "pharos", key: "peer" }, remove: true }],
});

/** Callers name their workload to the called in a header, whatever the application wrote there. */
function tellPeer(workload: string): Init<typeof TypedExtensionConfigSchema> {
  const { name, configType } = typed("envoy.http.early_header_mutation.header_mutation", HeaderMutationSchema, {
    mutations: [
      {
        action: {
          case: "append",
          value: {
            header: { key: PEER_HEADER, value: workload },
            appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
          },
        },
      },
    ],
  });
  return { name, typedConfig: configType.value };
}

/**
 * Envoy's Zipkin tracer, because it reads and writes the context of B3 and of W3C alike (docs/adr/0014-tracer.md). The agent
 * knows whose spans they are, and hands them on as OTLP.
 */
function buildTracing(traceSampling: number): Init<typeof HttpConnectionManager_TracingSchema> {
  return {
    provider: typed("envoy.tracers.zipkin", ZipkinConfigSchema, {
      collectorCluster: "spans-agent",
      collectorEndpoint: "/api/v2/spans",
      collectorEndpointVersion: CollectorVersion.HTTP_JSON,
      traceContextOption: TraceContext.USE_B3_WITH_W3C_PROPAGATION,
      traceId128bit: true,
      sharedSpanContext: false,
    }),
    randomSampling: { value: traceSampling },
    clientSampling: { value: 100 },
    overallSampling: { value: 100 },
    spawnUpstreamSpan: false,
  };
}

const FAULT: HttpFilterInit = { ...typed(FAULT_FILTER, HTTPFaultSchema, {}), disabled: true };
const CORS: HttpFilterInit = { ...typed(CORS_FILTER, CorsSchema, {}), disabled: true };
const ROUTER: HttpFilterInit = typed("envoy.filters.http.router", RouterSchema, {});

/** The HTTP connection manager of a listener, with Istio's choices. */
export function buildHttpManager(input: HttpManagerInput): Init<typeof FilterSchema> {
  const { direction, telemetry, routes } = input;
  const isEdge = direction === "gateway";
  return typed("envoy.filters.network.http_connection_manager", HttpConnectionManagerSchema, {
    statPrefix: input.statPrefix,
    routeSpecifier: {
      case: "rds",
      value: {
        routeConfigName: routes,
        configSource: {
          resourceApiVersion: ApiVersion.V3,
          initialFetchTimeout: durationMs(0),
          configSourceSpecifier: { case: "ads", value: {} },
        },
      },
    },
    ...(direction === "inbound" ? {} : { earlyHeaderMutationExtensions: [tellPeer(telemetry.workload)] }),
    // What only some routes ask for is switched on by those: a filter in the chain costs every request.
    httpFilters: [
      ...(direction === "inbound" ? [PEER_FILTER] : []),
      ...(input.filters ?? []),
      ...(direction === "inbound" ? [] : [FAULT, CORS]),
      ROUTER,
    ],
    accessLog: buildAccessLog(telemetry.accessLog, direction),
    ...(telemetry.traceSampling > 0 ? { tracing: buildTracing(telemetry.traceSampling) } : {}),
    serverName: "istio-envoy",
    useRemoteAddress: isEdge,
    normalizePath: true,
    mergeSlashes: direction !== "outbound",
    streamIdleTimeout: durationMs(0),
    upgradeConfigs: [{ upgradeType: "websocket" }],
    forwardClientCertDetails:
      direction === "inbound" ? ForwardCert.APPEND_FORWARD : isEdge ? ForwardCert.SANITIZE_SET : ForwardCert.SANITIZE,
    ...(direction === "outbound" ? {} : { setCurrentClientCertDetails: { subject: true, dns: true, uri: true } }),
    generateRequestId: true,
  });
}
