import {
  accessLogFormat,
  type LogDirection,
  plainAccessLogFormat,
  refusedAccessLogFormat,
} from "#core/telemetry/access-log.ts";
import type { AccessLogFilterSchema, AccessLogSchema } from "#proto/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import { FileAccessLogSchema } from "#proto/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import { ExpressionFilterSchema } from "#proto/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.js";
import { type Init, typed } from "#server/envoy/pack.ts";

type FilterInit = Init<typeof AccessLogFilterSchema>;

/** The access log of a listener: JSON, for Envoy escapes what clients put into it. */
export function buildAccessLog(path: string | undefined, direction: LogDirection): Init<typeof AccessLogSchema>[] {
  return toFile(path, accessLogFormat(direction));
}

/** The same of an inbound port in plain text, where a caller is known by its address alone. */
export function buildPlainAccessLog(path: string | undefined): Init<typeof AccessLogSchema>[] {
  return toFile(path, plainAccessLogFormat());
}

/** Of a TCP port behind mTLS: a connection whose handshake failed reaches it too, and is told of by `buildRefusedAccessLog`. */
export function buildHandshakenAccessLog(path: string | undefined): Init<typeof AccessLogSchema>[] {
  return toFile(path, accessLogFormat("inbound"), expression("!has(connection.transport_failure_reason)"));
}

/** Of a whole listener that callers come to: the connections that no filter chain takes, and those whose handshake fails. No others cost anything. */
export function buildRefusedAccessLog(
  path: string | undefined,
  direction: "inbound" | "gateway",
): Init<typeof AccessLogSchema>[] {
  return toFile(path, refusedAccessLogFormat(direction), {
    filterSpecifier: {
      case: "orFilter",
      value: {
        filters: [
          { filterSpecifier: { case: "responseFlagFilter", value: { flags: ["NR"] } } },
          expression("has(connection.transport_failure_reason)"),
        ],
      },
    },
  });
}

/** Where something of it is not there, Envoy takes an expression for false. */
function expression(text: string): FilterInit {
  const { name, configType } = typed("envoy.access_loggers.extension_filters.cel", ExpressionFilterSchema, {
    expression: text,
  });
  return { filterSpecifier: { case: "extensionFilter", value: { name, configType } } };
}

function toFile(
  path: string | undefined,
  format: Record<string, string>,
  filter?: FilterInit,
): Init<typeof AccessLogSchema>[] {
  if (path === undefined) return [];
  return [
    {
      ...typed("envoy.access_loggers.file", FileAccessLogSchema, {
        path,
        accessLogFormat: {
          case: "logFormat",
          value: { format: { case: "jsonFormat", value: format }, omitEmptyValues: true },
        },
      }),
      ...(filter === undefined ? {} : { filter }),
    },
  ];
}
