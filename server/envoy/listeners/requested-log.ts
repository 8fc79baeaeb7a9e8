import { type RequestedLog, type ResolvedLogs, STDOUT } from "#core/resolve/access-logs.ts";
import { resolveAsked } from "#core/resolve/asked-service.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import type { ProxyTags } from "#core/resolve/operations.ts";
import { STDOUT_FILE } from "#core/telemetry/access-log.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { AccessLogSchema } from "#proto/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import type { SubstitutionFormatStringSchema } from "#proto/gen/envoy/config/core/v3/substitution_format_string_pb.js";
import { FileAccessLogSchema } from "#proto/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import {
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from "#proto/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js";
import { OpenTelemetryAccessLogConfigSchema } from "#proto/gen/envoy/extensions/access_loggers/open_telemetry/v3/logs_service_pb.js";
import { ISTIO_JSON_FORMAT, ISTIO_TEXT_FORMAT } from "#server/envoy/listeners/istio-log-format.ts";
import type { ProxyTracing } from "#server/envoy/listeners/proxy-tracing.ts";
import { logCluster } from "#server/envoy/names.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

/** A log that somebody asks for, and how whoever gets it over gRPC is reached. */
export interface ProxyLog extends RequestedLog {
  /** Of one over gRPC: its cluster and its host. */
  readonly cluster?: { readonly name: string; readonly authority: string };
}

export interface ProxyLogs {
  readonly client: readonly ProxyLog[];
  readonly server: readonly ProxyLog[];
}

/**
 * Those whose receivers are there; the others are told of by the check `telemetry-provider-not-found`. What Envoy prints is mixed with what it
 * says of itself and cannot be opened anew: beside the file that its agent reads (`ownLog`) is one for this, which the agent keeps small.
 */
export function logsOf(
  { client, server }: ResolvedLogs,
  reader: Pick<CallerReader, "service" | "mesh">,
  ownLog: string | undefined,
): ProxyLogs {
  const known = (log: RequestedLog): ProxyLog[] => {
    if (log.to.kind === "file")
      return log.to.path !== STDOUT || ownLog === undefined
        ? [log]
        : [{ ...log, to: { ...log.to, path: ownLog.replace(/[^/]*$/, STDOUT_FILE) } }];
    const found = resolveAsked(reader, log.to);
    return typeof found === "string"
      ? []
      : [{ ...log, cluster: { name: logCluster(found), authority: found.service.host } }];
  };
  return { client: client.flatMap(known), server: server.flatMap(known) };
}

/** Whether a line says which trace its request is in. Records of OTLP do, whatever their text is. */
export function tellsTrace({ to, format }: RequestedLog): boolean {
  return to.kind === "otlp" || JSON.stringify(format ?? {}).includes("%TRACE_ID");
}

/** Whom to tell where Envoy refuses a log, what stands in it for metrics, or a tracer. */
export function toldOrigins({
  logs,
  tags,
  tracing,
}: {
  readonly logs: ProxyLogs;
  readonly tags: Pick<ProxyTags, "sources">;
  readonly tracing: ProxyTracing;
}): readonly Origin[] {
  const receivers = [tracing.client?.receiver, tracing.server?.receiver].flatMap((each) => each ?? []);
  const told = [...logs.client, ...logs.server, ...receivers, tags];
  return [...new Set(told.flatMap(({ sources }) => sources))].map((resource) => ({ resource }));
}

/** Without its filter. */
export function buildRequestedLog(log: ProxyLog): Init<typeof AccessLogSchema> {
  const { to, format } = log;
  if (to.kind === "file")
    return typed("envoy.access_loggers.file", FileAccessLogSchema, {
      path: to.path,
      accessLogFormat: {
        case: "logFormat",
        value: { format: fileFormat(format), omitEmptyValues: to.omitsEmptyValues },
      },
    });
  const { name: clusterName = "", authority = "" } = log.cluster ?? {};
  const commonConfig = {
    logName: to.logName,
    transportApiVersion: ApiVersion.V3,
    grpcService: { targetSpecifier: { case: "envoyGrpc" as const, value: { clusterName, authority } } },
    filterStateObjectsToLog: [...to.states],
  };
  if (to.kind === "tcp-entries")
    return typed("envoy.access_loggers.tcp_grpc", TcpGrpcAccessLogConfigSchema, { commonConfig });
  if (to.kind === "http-entries")
    return typed("envoy.access_loggers.http_grpc", HttpGrpcAccessLogConfigSchema, {
      commonConfig,
      additionalRequestHeadersToLog: [...to.told.request],
      additionalResponseHeadersToLog: [...to.told.response],
      additionalResponseTrailersToLog: [...to.told.trailers],
    });
  const { text = ISTIO_TEXT_FORMAT, labels = {} } = format ?? {};
  return typed("envoy.access_loggers.open_telemetry", OpenTelemetryAccessLogConfigSchema, {
    commonConfig,
    body: { value: { case: "stringValue", value: text } },
    attributes: {
      values: sorted(labels).map(([key, value]) => ({
        key,
        value: { value: { case: "stringValue" as const, value } },
      })),
    },
  });
}

function fileFormat(
  format: RequestedLog["format"],
): NonNullable<Init<typeof SubstitutionFormatStringSchema>["format"]> {
  const { text = ISTIO_TEXT_FORMAT, labels } = format ?? {};
  if (labels !== undefined)
    return {
      case: "jsonFormat",
      value: Object.keys(labels).length === 0 ? ISTIO_JSON_FORMAT : Object.fromEntries(sorted(labels)),
    };
  const inlineString = text.endsWith("\n") ? text : `${text}\n`;
  return { case: "textFormatSource", value: { specifier: { case: "inlineString", value: inlineString } } };
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}
