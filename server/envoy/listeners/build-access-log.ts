import type { ProxyTags } from "#core/resolve/operations.ts";
import { isOperationTag, type WrittenTag } from "#core/schema/cel/operation-tag.ts";
import {
  type AccessLogFormat,
  accessLogFormat,
  type LogDirection,
  plainAccessLogFormat,
  refusedAccessLogFormat,
  tcpAccessLogFormat,
  tracerlessFormat,
} from "#core/telemetry/access-log.ts";
import { LASTING_FORMAT } from "#core/telemetry/lasting-stream.ts";
import { SPAN_METADATA, type SpanFormat } from "#core/telemetry/span-line.ts";
import { ANSWER_METADATA } from "#core/xds/limits-metadata.ts";
import type { AccessLogFilterSchema, AccessLogSchema } from "#proto/gen/envoy/config/accesslog/v3/accesslog_pb.js";
import { AccessLogType } from "#proto/gen/envoy/data/accesslog/v3/accesslog_pb.js";
import { FileAccessLogSchema } from "#proto/gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import { ExpressionFilterSchema } from "#proto/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.js";
import type { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { buildRequestedLog, type ProxyLogs } from "#server/envoy/listeners/requested-log.ts";
import type { SpanLines } from "#server/envoy/listeners/span-lines.ts";
import { type Init, typed } from "#server/envoy/pack.ts";

type FilterInit = Init<typeof AccessLogFilterSchema>;
type LogInit = Init<typeof AccessLogSchema>;

/** Where a proxy's requests are written down. */
export interface LoggedProxy {
  /** The file that its agent reads; undefined where none does. */
  readonly accessLog: string | undefined;
  /** Who is told besides, because a Telemetry or the MeshConfig asks for it. */
  readonly logs: ProxyLogs;
  /** What the agent's file tells of each request besides, because a Telemetry has metrics labelled by it or an Objective is about it. */
  readonly tags: ProxyTags;
}

const tagsOf = ({ tags }: LoggedProxy, direction: LogDirection): readonly WrittenTag[] =>
  direction === "inbound" ? tags.server : tags.client;

/** Connections are no operation. */
const tcpTagsOf = (proxy: LoggedProxy, direction: LogDirection): readonly WrittenTag[] =>
  tagsOf(proxy, direction).filter(({ name }) => !isOperationTag(name));

/** What an HTTP listener logs. */
export type HttpLog = Pick<Init<typeof HttpConnectionManagerSchema>, "accessLog" | "accessLogOptions">;

/** The access logs of a listener. What Pharos reads is JSON, for Envoy escapes what clients put into it. */
export function buildAccessLog(proxy: LoggedProxy, direction: LogDirection, spans?: SpanLines): HttpLog {
  return httpLog(proxy, direction, accessLogFormat(direction, tagsOf(proxy, direction)), spans);
}

/** The same of an inbound port in plain text, where a caller is known by its address alone. */
export function buildPlainAccessLog(proxy: LoggedProxy, spans?: SpanLines): HttpLog {
  return httpLog(proxy, "inbound", plainAccessLogFormat(proxy.tags.server), spans);
}

/** How often a request that lasts and is counted in bytes has a line, in seconds. */
const LASTING_SECONDS = 5n;

/** Where limits stand the agent hears of requests that last besides; everybody else hears of a request when it has ended. */
function httpLog(
  proxy: LoggedProxy,
  direction: LogDirection,
  ofEach: AccessLogFormat,
  spans: SpanLines | undefined,
): HttpLog {
  const isLimited = proxy.accessLog !== undefined && direction !== "outbound";
  const format = spans === undefined ? ofEach : tracerlessFormat(ofEach);
  if (!isLimited)
    return {
      accessLog: [
        ...toFile(proxy.accessLog, format),
        ...(spans === undefined ? [] : toFile(proxy.accessLog, spans.format, HAS_SPAN)),
        ...requested(proxy, direction),
      ],
    };
  const atEnd = ofTypes(AccessLogType.DownstreamEnd);
  // The end too: an agent that was away when Envoy told it of that reads it here.
  const lasting = all(ofTypes(AccessLogType.DownstreamPeriodic, AccessLogType.DownstreamEnd), COUNTS_BYTES);
  return {
    accessLog: [
      ...toFile(proxy.accessLog, format, atEnd),
      ...toFile(proxy.accessLog, LASTING_FORMAT, lasting),
      ...(spans === undefined ? [] : toFile(proxy.accessLog, spans.format, all(HAS_SPAN, atEnd))),
      ...requested(proxy, direction, atEnd),
    ],
    accessLogOptions: { accessLogFlushInterval: { seconds: LASTING_SECONDS } },
  };
}

/** How often a connection that lasts has a line, in seconds. */
const TCP_LINE_SECONDS = 10n;

/** What a TCP proxy logs. Connections that last are told of while they do; who asked for a log besides gets their ends, as from Istio's proxies. */
type TcpLog = Pick<Init<typeof TcpProxySchema>, "accessLog" | "accessLogOptions">;

export function buildTcpLog(proxy: LoggedProxy, direction: LogDirection): TcpLog {
  return tcpLog(proxy, direction, tcpAccessLogFormat(direction, tcpTagsOf(proxy, direction)));
}

/** Of a TCP port in plain text. */
export function buildPlainTcpLog(proxy: LoggedProxy): TcpLog {
  return tcpLog(proxy, "inbound", tcpAccessLogFormat("inbound", tcpTagsOf(proxy, "inbound"), true));
}

/**
 * Of one behind mTLS: a connection whose handshake failed reaches it too, and is told of by `buildRefusedAccessLog`. The upstream is
 * connected to while hands are still being shaken: nobody knows yet who calls, and the line after that one tells.
 */
export function buildHandshakenTcpLog(proxy: LoggedProxy): TcpLog {
  const isShaken = expression("!has(connection.transport_failure_reason)");
  return tcpLog(
    proxy,
    "inbound",
    tcpAccessLogFormat("inbound", tcpTagsOf(proxy, "inbound")),
    isShaken,
    expression("connection.mtls"),
  );
}

function tcpLog(
  proxy: LoggedProxy,
  direction: LogDirection,
  format: AccessLogFormat,
  only?: FilterInit,
  isCallerKnown?: FilterInit,
): TcpLog {
  const atEnd = ofTypes(AccessLogType.TcpConnectionEnd);
  const told = only && isCallerKnown ? all(only, any(atEnd, isCallerKnown)) : only;
  const own = toFile(proxy.accessLog, format, told);
  if (own.length === 0) return { accessLog: requested(proxy, direction, only) };
  return {
    accessLog: [...own, ...requested(proxy, direction, atEnd, only)],
    accessLogOptions: { accessLogFlushInterval: { seconds: TCP_LINE_SECONDS }, flushAccessLogOnConnected: true },
  };
}

/** Of a whole listener that callers come to: the connections that no filter chain takes, and those whose handshake fails. No others cost anything. */
export function buildRefusedAccessLog(proxy: LoggedProxy, direction: "inbound" | "gateway"): LogInit[] {
  const isRefused = any(
    { filterSpecifier: { case: "responseFlagFilter", value: { flags: ["NR"] } } },
    expression("has(connection.transport_failure_reason)"),
  );
  return [
    ...toFile(proxy.accessLog, refusedAccessLogFormat(direction), isRefused),
    ...requested(proxy, direction, isRefused),
  ];
}

function requested(
  { logs }: LoggedProxy,
  direction: LogDirection,
  ...only: readonly (FilterInit | undefined)[]
): LogInit[] {
  return (direction === "inbound" ? logs.server : logs.client).map((log) => {
    const filters = [
      ...only.filter((filter) => filter !== undefined),
      ...(log.filter === undefined ? [] : [expression(log.filter)]),
    ];
    const [filter] = filters;
    return {
      ...buildRequestedLog(log),
      ...(filter === undefined ? {} : { filter: filters.length === 1 ? filter : all(...filters) }),
    };
  });
}

const ofTypes = (...types: AccessLogType[]): FilterInit => ({
  filterSpecifier: { case: "logTypeFilter", value: { types } },
});

const all = (...filters: FilterInit[]): FilterInit => ({ filterSpecifier: { case: "andFilter", value: { filters } } });
const any = (...filters: FilterInit[]): FilterInit => ({ filterSpecifier: { case: "orFilter", value: { filters } } });

/** Whether something is said of a request in its metadata. */
const isSaid = (filter: string, key: string): FilterInit => ({
  filterSpecifier: {
    case: "metadataFilter",
    value: {
      matcher: {
        filter,
        path: [{ segment: { case: "key", value: key } }],
        value: { matchPattern: { case: "presentMatch", value: true } },
      },
      matchIfKeyNotFound: false,
    },
  },
});

/** By the agent's answer. */
const COUNTS_BYTES = isSaid(ANSWER_METADATA.filter, ANSWER_METADATA.bytes);
/** By what gives it one. */
const HAS_SPAN = isSaid(SPAN_METADATA.filter, SPAN_METADATA.key);

/** Where something of it is not there, Envoy takes an expression for false. */
function expression(text: string): FilterInit {
  const { name, configType } = typed("envoy.access_loggers.extension_filters.cel", ExpressionFilterSchema, {
    expression: text,
  });
  return { filterSpecifier: { case: "extensionFilter", value: { name, configType } } };
}

function toFile(path: string | undefined, format: AccessLogFormat | SpanFormat, filter?: FilterInit): LogInit[] {
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
