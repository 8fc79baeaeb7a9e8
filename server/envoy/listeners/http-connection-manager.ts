import type { ConnectionSettings, ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import { type LogDirection, PEER_HEADER } from "#core/telemetry/access-log.ts";
import { HeaderValueOption_HeaderAppendAction } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { ApiVersion } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import type { TypedExtensionConfigSchema } from "#proto/gen/envoy/config/core/v3/extension_pb.js";
import { HttpProtocolOptions_HeadersWithUnderscoresAction as UnderscoresAction } from "#proto/gen/envoy/config/core/v3/protocol_pb.js";
import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import {
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  HttpConnectionManager_ForwardClientCertDetails as ForwardCert,
  HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { HeaderMutationSchema } from "#proto/gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js";
import { UuidRequestIdConfigSchema } from "#proto/gen/envoy/extensions/request_id/uuid/v3/uuid_pb.js";
import type { CheckedTokens } from "#server/envoy/features/checked-tokens.ts";
import type { RouteNeeds } from "#server/envoy/features/http-filter.ts";
import { listenerFilters } from "#server/envoy/features/http-filters.ts";
import { KEEPS_CASE } from "#server/envoy/keeps-case.ts";
import { buildAccessLog, buildPlainAccessLog, type LoggedProxy } from "#server/envoy/listeners/build-access-log.ts";
import { buildTracing } from "#server/envoy/listeners/build-tracing.ts";
import { localReplies } from "#server/envoy/listeners/local-replies.ts";
import type { ProxyTracing } from "#server/envoy/listeners/proxy-tracing.ts";
import { spanLinesOf } from "#server/envoy/listeners/span-lines.ts";
import {
  UNTRUSTED_IN_PLAIN_TEXT,
  UNTRUSTED_OF_APPLICATIONS,
  UNTRUSTED_OF_PEERS,
  UNTRUSTED_OF_STRANGERS,
} from "#server/envoy/listeners/untrusted-headers.ts";
import { durationMs, type Init, pack, typed } from "#server/envoy/pack.ts";

export type Direction = LogDirection;

/** Of the mesh's settings, all that listeners of calls are built from. */
type CallSettings = Pick<
  ProxySettings,
  "pathNormalization" | "listenerHeaders" | "isHeaderCaseKept" | "protocolDetectionTimeoutMs"
>;

/** What of a proxy goes into its listeners of calls: where it is the same, they are. */
export interface CallTelemetry extends LoggedProxy {
  /** `workload;namespace;app;version` */
  readonly workload: string;
  readonly tracing: ProxyTracing;
  /** By which its agent can do without a tracer; undefined: it cannot. */
  readonly traceScript: string | undefined;
  /** Captured connections of IPv6 come to it too. */
  readonly takesIpv6?: true;
  /** The mesh's. */
  readonly settings: CallSettings;
}

/** What of a proxy goes into its own listeners. */
export interface ProxyTelemetry extends CallTelemetry {
  readonly settings: ProxySettings;
}

/** Nothing else of it: what is built from this may be shared by all that have the same. */
export function telemetryOfCalls({
  settings,
  takesIpv6,
  workload,
  tracing,
  traceScript,
  accessLog,
  logs,
  tags,
}: ProxyTelemetry): CallTelemetry {
  const { pathNormalization, listenerHeaders, isHeaderCaseKept, protocolDetectionTimeoutMs } = settings;
  return {
    ...{ workload, tracing, traceScript, accessLog, logs, tags },
    ...(takesIpv6 === undefined ? {} : { takesIpv6 }),
    settings: { pathNormalization, listenerHeaders, isHeaderCaseKept, protocolDetectionTimeoutMs },
  };
}

interface ManagerInput extends Partial<RouteNeeds> {
  readonly statPrefix: string;
  /** Name of its route configuration: over ADS, so that a change of routes leaves open connections alone. */
  readonly routes: string;
  /** Callers come in plain text, without a certificate. */
  readonly isPlain?: boolean;
  /** Checked before policies are asked; none by default. */
  readonly tokens?: readonly CheckedTokens[];
  /** Those whom its policies have asked; none by default. */
  readonly authorizers?: readonly Authorizer[];
}

export type HttpManagerInput = ManagerInput &
  (
    | { readonly direction: "outbound"; readonly telemetry: CallTelemetry }
    | { readonly direction: "inbound" | "gateway"; readonly telemetry: ProxyTelemetry }
  );

/**
 * Before anything else reads the headers: what callers have no say in goes, and callers' proxies name their workload to
 * the called, whatever the application wrote there.
 */
function mutateEarly(
  direction: Direction,
  workload: string,
  isPlain: boolean,
): Init<typeof TypedExtensionConfigSchema> {
  const untrusted = {
    outbound: UNTRUSTED_OF_APPLICATIONS,
    inbound: isPlain ? [...UNTRUSTED_OF_PEERS, ...UNTRUSTED_IN_PLAIN_TEXT] : UNTRUSTED_OF_PEERS,
    gateway: UNTRUSTED_OF_STRANGERS,
  }[direction];
  const tellPeer: Init<typeof HeaderMutationSchema>["mutations"] = [
    {
      action: {
        case: "append",
        value: {
          header: { key: PEER_HEADER, value: workload },
          appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
        },
      },
    },
  ];
  const { name, configType } = typed("envoy.http.early_header_mutation.header_mutation", HeaderMutationSchema, {
    mutations: [
      ...untrusted.map((value) => ({ action: { case: "remove" as const, value } })),
      ...(direction === "inbound" ? [] : tellPeer),
    ],
  });
  return { name, typedConfig: configType.value };
}

/** Its own defaults, which need not be sent. */
const ENVOYS = { drainTimeoutMs: 5000 } as const;

/** Paths are made one before routes and policies see them, at every proxy alike. */
function normalizing(
  { pathNormalization }: CallSettings,
  edge: ConnectionSettings | undefined,
): Init<typeof HttpConnectionManagerSchema> {
  const decodes = pathNormalization === "DECODE_AND_MERGE_SLASHES";
  const merges = decodes || pathNormalization === "MERGE_SLASHES";
  const action = decodes ? "UNESCAPE_AND_FORWARD" : "KEEP_UNCHANGED";
  return {
    normalizePath: pathNormalization !== "NONE",
    mergeSlashes: edge?.mergesSlashes ?? merges,
    pathWithEscapedSlashesAction: EscapedSlashes[edge?.escapedSlashes ?? action],
  };
}

/** What a client may hold and how long: strangers at gateways; of the mesh's own only that a request's head comes in time. */
function limits(direction: Direction, edge: ConnectionSettings | undefined): Init<typeof HttpConnectionManagerSchema> {
  // CONNECT opens WebSockets over HTTP/2; without it a caller's handshake would end the connection that others share.
  const http2 = { allowConnect: true };
  if (direction !== "gateway" || edge === undefined)
    return {
      // Streams may be quiet for long.
      streamIdleTimeout: durationMs(0),
      ...(edge === undefined ? {} : { requestHeadersTimeout: durationMs(edge.httpRequestHeadersTimeoutMs) }),
      http2ProtocolOptions: http2,
    };
  const unlessZero = <K extends string>(field: K, ms: number) => (ms === 0 ? {} : { [field]: durationMs(ms) });
  return {
    requestHeadersTimeout: durationMs(edge.httpRequestHeadersTimeoutMs),
    requestTimeout: durationMs(edge.httpRequestTimeoutMs),
    streamIdleTimeout: durationMs(edge.httpStreamIdleTimeoutMs),
    ...(edge.httpDrainTimeoutMs === ENVOYS.drainTimeoutMs ? {} : { drainTimeout: durationMs(edge.httpDrainTimeoutMs) }),
    commonHttpProtocolOptions: {
      idleTimeout: durationMs(edge.httpIdleTimeoutMs),
      ...unlessZero("maxConnectionDuration", edge.httpMaxConnectionDurationMs),
      ...unlessZero("maxStreamDuration", edge.httpMaxStreamDurationMs),
      headersWithUnderscoresAction: UnderscoresAction[edge.httpHeadersWithUnderscoresAction],
    },
    http2ProtocolOptions: {
      ...http2,
      maxConcurrentStreams: edge.httpMaxConcurrentStreams,
      initialStreamWindowSize: edge.http2InitialStreamWindowSize,
      initialConnectionWindowSize: edge.http2InitialConnectionWindowSize,
    },
  };
}

/** Who called: a gateway and a called sidecar write it down, a caller's sidecar lets no application say it. */
function forwardClientCert(
  direction: Direction,
  called: ProxySettings | undefined,
): ProxySettings["gatewayForwardClientCert"] {
  if (called === undefined) return "SANITIZE";
  return direction === "gateway" ? called.gatewayForwardClientCert : called.listenerHeaders.forwardClientCert;
}

const ID_IS_AN_ID = pack(UuidRequestIdConfigSchema, { packTraceReason: false, useRequestIdForTraceSampling: false });

/** The HTTP connection manager of a listener, with Istio's choices; where they are others, docs/reference/envoy-defaults.md says why. */
export function buildHttpManager(input: HttpManagerInput): Init<typeof FilterSchema> {
  const { direction, telemetry, routes } = input;
  const { settings, tracing } = telemetry;
  // Of whoever is called there is more to know.
  const called = input.direction === "outbound" ? undefined : input.telemetry.settings;
  const headers = settings.listenerHeaders;
  const traced = direction === "inbound" ? tracing.server : tracing.client;
  const lines = spanLinesOf(telemetry, direction);
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
    earlyHeaderMutationExtensions: [mutateEarly(direction, telemetry.workload, input.isPlain === true)],
    httpFilters: listenerFilters(
      direction,
      {
        tokens: input.tokens ?? [],
        hasAgent: telemetry.accessLog !== undefined,
        isEnvoyHidden: headers.isEnvoyHidden,
        takesGrpcWeb: input.takesGrpcWeb === true,
        looksUpHosts: input.looksUpHosts === true,
        spans: lines,
      },
      input.authorizers,
    ),
    ...(input.isPlain ? buildPlainAccessLog(telemetry, lines) : buildAccessLog(telemetry, direction, lines)),
    ...(traced === undefined || lines !== undefined
      ? {}
      : { tracing: buildTracing(traced, { workload: telemetry.workload, isGateway: direction === "gateway" }) }),
    serverName: headers.serverName,
    ...(headers.isServerPassed ? { serverHeaderTransformation: ServerHeader.PASS_THROUGH } : {}),
    appendXForwardedPort: headers.isPortForwarded,
    ...(settings.isHeaderCaseKept ? { httpProtocolOptions: KEEPS_CASE } : {}),
    useRemoteAddress: direction === "gateway",
    // A sidecar reads of a gateway's the address that the gateway took for the client's.
    ...(called === undefined ? {} : { xffNumTrustedHops: called.numTrustedProxies }),
    // `name.` is the same host, to routes and policies alike.
    stripTrailingHostDot: true,
    ...normalizing(settings, direction === "gateway" ? called?.gatewayConnections : undefined),
    ...limits(direction, called?.gatewayConnections),
    // Who asks before sending a large body gets the answer of whoever is to take it, and sends it once.
    proxy100Continue: true,
    localReplyConfig: localReplies(direction),
    upgradeConfigs: [{ upgradeType: "websocket" }],
    forwardClientCertDetails: ForwardCert[forwardClientCert(direction, called)],
    ...(direction === "outbound"
      ? {}
      : {
          setCurrentClientCertDetails: {
            ...headers.clientCert,
            cert: headers.clientCert.cert ?? direction === "gateway",
          },
        }),
    generateRequestId: headers.isIdMade,
    ...(traced?.ignoresRequestId === true ? { requestIdExtension: { typedConfig: ID_IS_AN_ID } } : {}),
  });
}
