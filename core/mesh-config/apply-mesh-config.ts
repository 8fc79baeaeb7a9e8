import { parseDurationMs } from "#core/duration.ts";
import { knownSuites } from "#core/kinds/gateway/cipher-suites.ts";
import type { LogFormat } from "#core/kinds/mesh-config/extension-provider.ts";
import { readLogLabels } from "#core/kinds/mesh-config/read-log-labels.ts";
import type { MeshConfigSpec } from "#core/kinds/mesh-config/schema.ts";
import { applyStartFields } from "#core/mesh-config/apply-start-fields.ts";
import { applyListenerHeaders, applyRouteHeaders } from "#core/mesh-config/header-settings.ts";
import type { ConnectionSettings, ProxySettings, TlsBounds } from "#core/mesh-config/proxy-settings.ts";

/** What a MeshConfig says, and of what it leaves out what stands in `base`. */
export function applyMeshConfig(base: ProxySettings, config: MeshConfigSpec): ProxySettings {
  const { gatewayTopology, proxyHeaders, connectionSettings = {}, tracing = {} } = config.defaultConfig ?? {};
  const { normalization = "DEFAULT" } = config.pathNormalization ?? {};
  return {
    pathNormalization:
      config.pathNormalization?.normalization === undefined
        ? base.pathNormalization
        : normalization === "DEFAULT"
          ? "BASE"
          : normalization,
    protocolDetectionTimeoutMs: timeMs(config.protocolDetectionTimeout) ?? base.protocolDetectionTimeoutMs,
    numTrustedProxies: gatewayTopology?.numTrustedProxies ?? base.numTrustedProxies,
    gatewayForwardClientCert: gatewayTopology?.forwardClientCertDetails ?? base.gatewayForwardClientCert,
    isProxyProtocolSpoken: gatewayTopology?.proxyProtocol === undefined ? base.isProxyProtocolSpoken : true,
    listenerHeaders: applyListenerHeaders(base.listenerHeaders, proxyHeaders),
    routeHeaders: applyRouteHeaders(base.routeHeaders, proxyHeaders),
    isHeaderCaseKept: proxyHeaders?.preserveHttp1HeaderCase ?? base.isHeaderCaseKept,
    gatewayConnections: applyConnections(base.gatewayConnections, connectionSettings),
    outboundTrafficPolicy: config.outboundTrafficPolicy?.mode ?? base.outboundTrafficPolicy,
    outboundTls: tlsOf(config.outboundTrafficPolicy) ?? base.outboundTls,
    exportTo: {
      services: config.defaultServiceExportTo?.[0] ?? base.exportTo.services,
      virtualServices: config.defaultVirtualServiceExportTo?.[0] ?? base.exportTo.virtualServices,
      destinationRules: config.defaultDestinationRuleExportTo?.[0] ?? base.exportTo.destinationRules,
    },
    connectTimeoutMs: timeMs(config.connectTimeout) ?? base.connectTimeoutMs,
    tcpKeepalive: config.tcpKeepalive ?? base.tcpKeepalive,
    enableAutoMtls: config.enableAutoMtls ?? base.enableAutoMtls,
    isHttpUpgraded: config.h2UpgradePolicy === undefined ? base.isHttpUpgraded : config.h2UpgradePolicy === "UPGRADE",
    retries: config.defaultHttpRetryPolicy ?? base.retries,
    inboundRetries: config.defaultInboundHttpRetryPolicy ?? base.inboundRetries,
    traffic: { ...base.traffic, ...config.defaultTrafficPolicy },
    trustDomainAliases: config.trustDomainAliases ?? base.trustDomainAliases,
    meshTls: applyTls(base.meshTls, config.meshMTLS),
    otherTls: {
      ...applyTls(base.otherTls, config.tlsDefaults),
      curves: config.tlsDefaults?.ecdhCurves ?? base.otherTls.curves,
    },
    verifiesServers: config.verifyCertificateAtClient ?? base.verifiesServers,
    inboundStatName: config.inboundClusterStatName ?? base.inboundStatName,
    outboundStatName: config.outboundClusterStatName ?? base.outboundStatName,
    providers: config.extensionProviders ?? base.providers,
    locality: config.localityLbSetting ?? base.locality,
    zones: config.zoneAwareLbSetting ?? base.zones,
    defaultProviders: {
      metrics: config.defaultProviders?.metrics ?? base.defaultProviders.metrics,
      accessLogging: config.defaultProviders?.accessLogging ?? base.defaultProviders.accessLogging,
      tracing: config.defaultProviders?.tracing ?? base.defaultProviders.tracing,
    },
    accessLog: {
      path: config.accessLogFile ?? base.accessLog.path,
      format: formatOf(config) ?? base.accessLog.format,
    },
    dnsRefreshMs: timeMs(config.dnsRefreshRate) ?? base.dnsRefreshMs,
    tracing: {
      isEnabled: config.enableTracing ?? base.tracing.isEnabled,
      sampling: tracing.sampling ?? base.tracing.sampling,
      customTags: tracing.customTags ?? base.tracing.customTags,
      maxPathTagLength: tracing.maxPathTagLength ?? base.tracing.maxPathTagLength,
      hasIstioTags: tracing.enableIstioTags ?? base.tracing.hasIstioTags,
      legacy: receiverByAddress(config.defaultConfig) ?? base.tracing.legacy,
    },
    start: applyStartFields(base.start, config.defaultConfig),
  };
}

/** Providers that Istio's older fields name by an address alone. */
function receiverByAddress({
  tracing,
  zipkinAddress,
}: NonNullable<MeshConfigSpec["defaultConfig"]> = {}): ProxySettings["tracing"]["legacy"] {
  const zipkin = tracing?.zipkin?.address ?? zipkinAddress;
  if (zipkin !== undefined) return { name: "defaultConfig.tracing.zipkin", zipkin: placeOf(zipkin) };
  const datadog = tracing?.datadog?.address;
  return datadog === undefined ? undefined : { name: "defaultConfig.tracing.datadog", datadog: placeOf(datadog) };
}

function placeOf(address: string): { readonly service: string; readonly port: number } {
  const [service = "", port] = address.split(":");
  return { service, port: Number(port) };
}

function applyTls(base: TlsBounds, own: MeshConfigSpec["meshMTLS"] = {}): TlsBounds {
  const { minProtocolVersion: oldest = "TLS_AUTO", cipherSuites } = own;
  return {
    oldest: oldest === "TLS_AUTO" ? base.oldest : oldest,
    cipherSuites: cipherSuites === undefined ? base.cipherSuites : knownSuites(cipherSuites),
  };
}

/** A `tls` that names no mode says DISABLE. */
function tlsOf({ tls }: NonNullable<MeshConfigSpec["outboundTrafficPolicy"]> = {}): ProxySettings["outboundTls"] {
  return (tls?.mode ?? "DISABLE") === "DISABLE" ? undefined : tls;
}

/** JSON that is none is refused before it is stored. */
function formatOf({ accessLogFormat: text, accessLogEncoding }: MeshConfigSpec): LogFormat {
  if (accessLogEncoding === "JSON") return { labels: readLogLabels(text ?? "{}") ?? {} };
  return text === undefined ? undefined : { text };
}

type WrittenConnections = NonNullable<NonNullable<MeshConfigSpec["defaultConfig"]>["connectionSettings"]>;

function applyConnections(edge: ConnectionSettings, own: WrittenConnections): ConnectionSettings {
  return {
    httpRequestHeadersTimeoutMs: timeMs(own.httpRequestHeadersTimeout) ?? edge.httpRequestHeadersTimeoutMs,
    httpRequestTimeoutMs: timeMs(own.httpRequestTimeout) ?? edge.httpRequestTimeoutMs,
    httpStreamIdleTimeoutMs: timeMs(own.httpStreamIdleTimeout) ?? edge.httpStreamIdleTimeoutMs,
    httpIdleTimeoutMs: timeMs(own.httpIdleTimeout) ?? edge.httpIdleTimeoutMs,
    httpMaxConnectionDurationMs: timeMs(own.httpMaxConnectionDuration) ?? edge.httpMaxConnectionDurationMs,
    httpMaxStreamDurationMs: timeMs(own.httpMaxStreamDuration) ?? edge.httpMaxStreamDurationMs,
    httpDrainTimeoutMs: timeMs(own.httpDrainTimeout) ?? edge.httpDrainTimeoutMs,
    httpMaxConcurrentStreams: own.httpMaxConcurrentStreams ?? edge.httpMaxConcurrentStreams,
    http2InitialStreamWindowSize: own.http2InitialStreamWindowSize ?? edge.http2InitialStreamWindowSize,
    http2InitialConnectionWindowSize: own.http2InitialConnectionWindowSize ?? edge.http2InitialConnectionWindowSize,
    listenerPerConnectionBufferLimitBytes:
      own.listenerPerConnectionBufferLimitBytes ?? edge.listenerPerConnectionBufferLimitBytes,
    clusterPerConnectionBufferLimitBytes:
      own.clusterPerConnectionBufferLimitBytes ?? edge.clusterPerConnectionBufferLimitBytes,
    httpHeadersWithUnderscoresAction: own.httpHeadersWithUnderscoresAction ?? edge.httpHeadersWithUnderscoresAction,
    mergesSlashes: own.httpMergeSlashes ?? edge.mergesSlashes,
    escapedSlashes: own.httpPathWithEscapedSlashesAction ?? edge.escapedSlashes,
  };
}

function timeMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDurationMs(text);
}
