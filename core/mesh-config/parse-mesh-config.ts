import { parseDocument } from "yaml";
import { parseDurationMs } from "#core/duration.ts";
import { PharosError } from "#core/errors.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { MESH_CONFIG, type MeshConfig } from "#core/mesh-config/schema.ts";
import { readValue } from "#core/resource/read-value.ts";
import { formatPath } from "#core/schema/path.ts";

/** What a mesh configuration file says of proxies, with the defaults for the rest. Throws "invalid", naming each field that is wrong. */
export function parseMeshConfig(text: string): ProxySettings {
  const { pathNormalization, protocolDetectionTimeout, defaultConfig } = readMeshConfig(text);
  const { gatewayTopology, proxyHeaders, connectionSettings: own = {} } = defaultConfig ?? {};
  const normalization = pathNormalization?.normalization ?? "DEFAULT";
  const base = DEFAULT_PROXY_SETTINGS;
  const edge = base.gatewayConnections;
  return {
    pathNormalization: normalization === "DEFAULT" ? base.pathNormalization : normalization,
    protocolDetectionTimeoutMs: timeMs(protocolDetectionTimeout) ?? base.protocolDetectionTimeoutMs,
    numTrustedProxies: gatewayTopology?.numTrustedProxies ?? base.numTrustedProxies,
    gatewayForwardClientCert: gatewayTopology?.forwardClientCertDetails ?? base.gatewayForwardClientCert,
    sidecarForwardClientCert: proxyHeaders?.forwardedClientCert ?? base.sidecarForwardClientCert,
    gatewayConnections: {
      httpRequestHeadersTimeoutMs: timeMs(own.httpRequestHeadersTimeout) ?? edge.httpRequestHeadersTimeoutMs,
      httpRequestTimeoutMs: timeMs(own.httpRequestTimeout) ?? edge.httpRequestTimeoutMs,
      httpStreamIdleTimeoutMs: timeMs(own.httpStreamIdleTimeout) ?? edge.httpStreamIdleTimeoutMs,
      httpIdleTimeoutMs: timeMs(own.httpIdleTimeout) ?? edge.httpIdleTimeoutMs,
      httpMaxConnectionDurationMs: timeMs(own.httpMaxConnectionDuration) ?? edge.httpMaxConnectionDurationMs,
      httpMaxStreamDurationMs: timeMs(own.httpMaxStreamDuration) ?? edge.httpMaxStreamDurationMs,
      httpMaxConcurrentStreams: own.httpMaxConcurrentStreams ?? edge.httpMaxConcurrentStreams,
      http2InitialStreamWindowSize: own.http2InitialStreamWindowSize ?? edge.http2InitialStreamWindowSize,
      http2InitialConnectionWindowSize: own.http2InitialConnectionWindowSize ?? edge.http2InitialConnectionWindowSize,
      listenerPerConnectionBufferLimitBytes:
        own.listenerPerConnectionBufferLimitBytes ?? edge.listenerPerConnectionBufferLimitBytes,
      clusterPerConnectionBufferLimitBytes:
        own.clusterPerConnectionBufferLimitBytes ?? edge.clusterPerConnectionBufferLimitBytes,
      httpHeadersWithUnderscoresAction: own.httpHeadersWithUnderscoresAction ?? edge.httpHeadersWithUnderscoresAction,
    },
  };
}

function readMeshConfig(text: string): MeshConfig {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new PharosError("invalid", `the mesh configuration is not valid YAML: ${String(broken)}`, {
      hint: "docs/reference/mesh-config.md has an example",
    });
  const { value = {}, problems } = readValue(document, document.contents, MESH_CONFIG);
  if (problems.length > 0)
    throw new PharosError(
      "invalid",
      `the mesh configuration is wrong: ${problems.map(({ path, message }) => `${formatPath(path)}${path.length === 0 ? "" : ": "}${message}`).join("; ")}`,
      { hint: "docs/reference/mesh-config.md lists what it may hold" },
    );
  return value as MeshConfig;
}

function timeMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDurationMs(text);
}
