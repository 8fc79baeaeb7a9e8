import type { TcpKeepalive } from "#core/kinds/destination-rule/connection-pool.ts";
import type { LocalityLb, ZoneAwareLb } from "#core/kinds/destination-rule/locality.ts";
import type { ClientTls, TrafficSettings } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { ExtensionProvider, LogFormat } from "#core/kinds/mesh-config/extension-provider.ts";
import type { ForwardClientCert } from "#core/kinds/mesh-config/proxy-headers.ts";
import type { MeshTracing } from "#core/kinds/mesh-config/tracing.ts";
import type { HttpRetry } from "#core/kinds/virtual-service/http-route.ts";
import {
  LISTENER_HEADERS,
  type ListenerHeaders,
  ROUTE_HEADERS,
  type RouteHeaders,
} from "#core/mesh-config/header-settings.ts";
import { NO_START_SETTINGS, type StartSettings } from "#core/mesh-config/start-settings.ts";

export type EscapedSlashes = "KEEP_UNCHANGED" | "REJECT_REQUEST" | "UNESCAPE_AND_REDIRECT" | "UNESCAPE_AND_FORWARD";
export type PathNormalization = "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";

/** What strangers at a gateway may hold and how long. Times in milliseconds, 0 for no limit; sizes in bytes. */
export interface ConnectionSettings {
  readonly httpRequestHeadersTimeoutMs: number;
  readonly httpRequestTimeoutMs: number;
  readonly httpStreamIdleTimeoutMs: number;
  readonly httpIdleTimeoutMs: number;
  readonly httpMaxConnectionDurationMs: number;
  readonly httpMaxStreamDurationMs: number;
  /** From the notice that a connection ends to its end. */
  readonly httpDrainTimeoutMs: number;
  /** A connection's streams at a time. */
  readonly httpMaxConcurrentStreams: number;
  readonly http2InitialStreamWindowSize: number;
  readonly http2InitialConnectionWindowSize: number;
  readonly listenerPerConnectionBufferLimitBytes: number;
  readonly clusterPerConnectionBufferLimitBytes: number;
  readonly httpHeadersWithUnderscoresAction: "ALLOW" | "REJECT_REQUEST" | "DROP_HEADER";
  /** Undefined: as `pathNormalization` says. */
  readonly mergesSlashes: boolean | undefined;
  readonly escapedSlashes: EscapedSlashes | undefined;
}

/** What all proxies of a mesh have in common; names and meanings of Istio's MeshConfig. See docs/reference/mesh-config.md. */
export interface ProxySettings {
  /** How paths are made one before routes and policies see them, at every proxy alike. */
  readonly pathNormalization: PathNormalization;
  /** How long a called proxy waits for a first byte that tells TLS from plain text; 0 for ever. */
  readonly protocolDetectionTimeoutMs: number;
  /** Proxies in front of the gateways that append to X-Forwarded-For. */
  readonly numTrustedProxies: number;
  readonly gatewayForwardClientCert: ForwardClientCert;
  /** Connections to gateways begin with a header of the PROXY protocol. */
  readonly isProxyProtocolSpoken: boolean;
  readonly listenerHeaders: ListenerHeaders;
  readonly routeHeaders: RouteHeaders;
  /** Names of headers keep their case from one HTTP/1.1 connection to the next. */
  readonly isHeaderCaseKept: boolean;
  readonly gatewayConnections: ConnectionSettings;
  /** What becomes of captured calls to what the mesh does not know, where no Sidecar says it. */
  readonly outboundTrafficPolicy: "ALLOW_ANY" | "REGISTRY_ONLY" | "ALLOW_ANY_DYNAMIC_DNS";
  /** What is spoken with hosts that are looked up for such calls; undefined: plain text. */
  readonly outboundTls: ClientTls | undefined;
  /** Who sees what has no `exportTo`. */
  readonly exportTo: DefaultExports;
  readonly connectTimeoutMs: number;
  readonly tcpKeepalive: TcpKeepalive | undefined;
  /** Calls to endpoints that take mTLS use it by themselves. */
  readonly enableAutoMtls: boolean;
  /** Calls to HTTP ports use HTTP/2. */
  readonly isHttpUpgraded: boolean;
  /** Of routes that say nothing; undefined: Istio's. */
  readonly retries: HttpRetry | undefined;
  /** Of requests to an application; undefined: Istio's. */
  readonly inboundRetries: Pick<HttpRetry, "attempts" | "retryOn" | "backoff"> | undefined;
  /** Of calls where no rule says it. */
  readonly traffic: Pick<TrafficSettings, "connectionPool" | "outlierDetection">;
  /** Trust domains whose identities are the mesh's too, beside its own. */
  readonly trustDomainAliases: readonly string[];
  /** What proxies of the mesh agree on in mTLS with each other. */
  readonly meshTls: TlsBounds;
  /** The same of all other TLS, where no rule or server says it; `curves` by which keys are agreed, empty: the proxy's own choice. */
  readonly otherTls: TlsBounds & { readonly curves: readonly string[] };
  /** Servers outside are checked where no rule says by whom. */
  readonly verifiesServers: boolean;
  /** A pattern of names under which Envoy keeps statistics of what is called; undefined: its own. */
  readonly outboundStatName: string | undefined;
  /** The same of applications, by the service that speaks for each of their ports. */
  readonly inboundStatName: string | undefined;
  /** Whom AuthorizationPolicies may have asked, by their names. */
  readonly providers: readonly ExtensionProvider[];
  /** Which endpoints callers prefer by where both are, where no rule says it. */
  readonly locality: LocalityLb;
  /** How zones share, before that; undefined: they do not. */
  readonly zones: ZoneAwareLb | undefined;
  /** Names of those that are meant where no Telemetry names any. */
  readonly defaultProviders: {
    readonly metrics: readonly string[];
    readonly accessLogging: readonly string[];
    readonly tracing: readonly string[];
  };
  /** Where each request is logged, beside what Pharos reads, where nobody says otherwise; `path` undefined: nowhere. `format` undefined: Istio's text. */
  readonly accessLog: { readonly path: string | undefined; readonly format: LogFormat };
  /** How long an answer holds that does not say so itself. */
  readonly dnsRefreshMs: number;
  readonly tracing: TracingDefaults;
  /** With what Envoys are started where no ProxyConfig says otherwise. */
  readonly start: StartSettings;
}

export interface TlsBounds {
  readonly oldest: "TLSV1_2" | "TLSV1_3";
  /** Of TLS 1.2; empty: the proxy's own choice. */
  readonly cipherSuites: readonly string[];
}

/** What holds of traces where no Telemetry says otherwise. */
export interface TracingDefaults {
  readonly isEnabled: boolean;
  /** Percent; undefined: the server's. */
  readonly sampling: number | undefined;
  readonly customTags: NonNullable<MeshTracing["customTags"]>;
  readonly maxPathTagLength: number;
  /** Spans for a provider say whose they are, in Istio's words. */
  readonly hasIstioTags: boolean;
  /** Whom `defaultConfig` names by address, where no default provider is named. */
  readonly legacy: ExtensionProvider | undefined;
}

/** `*` everybody, `.` their own namespace, `~` nobody. */
export interface DefaultExports {
  readonly services: "*" | "." | "~";
  readonly virtualServices: "*" | ".";
  readonly destinationRules: "*" | ".";
}

const SECOND_MS = 1000;

/** Istio's, its profile EDGE at gateways; where they differ and why: docs/reference/envoy-defaults.md. */
export const DEFAULT_PROXY_SETTINGS: ProxySettings = {
  pathNormalization: "BASE",
  protocolDetectionTimeoutMs: 5 * SECOND_MS,
  numTrustedProxies: 0,
  gatewayForwardClientCert: "SANITIZE_SET",
  isProxyProtocolSpoken: false,
  listenerHeaders: LISTENER_HEADERS,
  routeHeaders: ROUTE_HEADERS,
  isHeaderCaseKept: false,
  gatewayConnections: {
    httpRequestHeadersTimeoutMs: 15 * SECOND_MS,
    httpRequestTimeoutMs: 300 * SECOND_MS,
    httpStreamIdleTimeoutMs: 300 * SECOND_MS,
    httpIdleTimeoutMs: 3600 * SECOND_MS,
    httpMaxConnectionDurationMs: 0,
    httpMaxStreamDurationMs: 0,
    httpDrainTimeoutMs: 5 * SECOND_MS,
    httpMaxConcurrentStreams: 100,
    http2InitialStreamWindowSize: 65_536,
    http2InitialConnectionWindowSize: 1_048_576,
    listenerPerConnectionBufferLimitBytes: 32_768,
    clusterPerConnectionBufferLimitBytes: 32_768,
    httpHeadersWithUnderscoresAction: "REJECT_REQUEST",
    mergesSlashes: undefined,
    escapedSlashes: undefined,
  },
  outboundTrafficPolicy: "ALLOW_ANY",
  outboundTls: undefined,
  exportTo: { services: "*", virtualServices: "*", destinationRules: "*" },
  connectTimeoutMs: 10 * SECOND_MS,
  tcpKeepalive: undefined,
  enableAutoMtls: true,
  isHttpUpgraded: false,
  retries: undefined,
  inboundRetries: undefined,
  traffic: {},
  trustDomainAliases: [],
  meshTls: { oldest: "TLSV1_2", cipherSuites: [] },
  otherTls: { oldest: "TLSV1_2", cipherSuites: [], curves: [] },
  verifiesServers: true,
  outboundStatName: undefined,
  inboundStatName: undefined,
  providers: [],
  locality: { enabled: true },
  zones: undefined,
  defaultProviders: { metrics: ["prometheus"], accessLogging: [], tracing: [] },
  accessLog: { path: undefined, format: undefined },
  dnsRefreshMs: 60 * SECOND_MS,
  start: NO_START_SETTINGS,
  tracing: {
    isEnabled: true,
    sampling: undefined,
    customTags: {},
    maxPathTagLength: 256,
    hasIstioTags: true,
    legacy: undefined,
  },
};

/** The names of them all. */
export const SETTING_NAMES = Object.keys(DEFAULT_PROXY_SETTINGS) as readonly (keyof ProxySettings)[];
