import { parse } from "yaml";
import { z } from "zod";
import { describeIssues } from "#core/describe-issues.ts";
import { parseDurationMs } from "#core/duration.ts";
import { PharosError } from "#core/errors.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";

const WINDOW_MIN = 65_535;
const UINT31_MAX = 2_147_483_647;
const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: "custom", message: 'must be a duration like "15s"; "0s" for no limit' });
  return z.NEVER;
});
const forwardClientCert = z.enum(["SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"]);

/** The part of Istio's MeshConfig that is honoured here. Strict: what is not would be dropped silently. */
const MeshConfigSchema = z.strictObject({
  pathNormalization: z
    .strictObject({
      normalization: z.enum(["DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"]).optional(),
    })
    .optional(),
  protocolDetectionTimeout: duration.optional(),
  defaultConfig: z
    .strictObject({
      gatewayTopology: z
        .strictObject({
          numTrustedProxies: z.int().min(0).max(100).optional(),
          forwardClientCertDetails: forwardClientCert.optional(),
        })
        .optional(),
      proxyHeaders: z.strictObject({ forwardedClientCert: forwardClientCert.optional() }).optional(),
      connectionSettings: z
        .strictObject({
          profile: z.enum(["EDGE"]).optional(),
          listenerPerConnectionBufferLimitBytes: z.int().min(1024).max(UINT31_MAX).optional(),
          clusterPerConnectionBufferLimitBytes: z.int().min(1024).max(UINT31_MAX).optional(),
          httpIdleTimeout: duration.optional(),
          httpMaxConnectionDuration: duration.optional(),
          httpMaxStreamDuration: duration.optional(),
          httpRequestTimeout: duration.optional(),
          httpRequestHeadersTimeout: duration.optional(),
          httpStreamIdleTimeout: duration.optional(),
          httpMaxConcurrentStreams: z.int().min(1).max(UINT31_MAX).optional(),
          http2InitialStreamWindowSize: z.int().min(WINDOW_MIN).max(UINT31_MAX).optional(),
          http2InitialConnectionWindowSize: z.int().min(WINDOW_MIN).max(UINT31_MAX).optional(),
          httpHeadersWithUnderscoresAction: z.enum(["ALLOW", "REJECT_REQUEST", "DROP_HEADER"]).optional(),
        })
        .optional(),
    })
    .optional(),
});

/** What a mesh configuration file says of proxies, with the defaults for the rest. Throws "invalid", naming each field that is wrong. */
export function parseMeshConfig(text: string): ProxySettings {
  const result = MeshConfigSchema.safeParse(readYaml(text) ?? {});
  if (!result.success)
    throw new PharosError("invalid", `the mesh configuration is wrong: ${describeIssues(result.error)}`, {
      hint: "docs/reference/mesh-config.md lists what it may hold",
    });
  const { pathNormalization, protocolDetectionTimeout, defaultConfig } = result.data;
  const { gatewayTopology, proxyHeaders, connectionSettings: own = {} } = defaultConfig ?? {};
  const normalization = pathNormalization?.normalization ?? "DEFAULT";
  const base = DEFAULT_PROXY_SETTINGS;
  const edge = base.gatewayConnections;
  return {
    pathNormalization: normalization === "DEFAULT" ? base.pathNormalization : normalization,
    protocolDetectionTimeoutMs: protocolDetectionTimeout ?? base.protocolDetectionTimeoutMs,
    numTrustedProxies: gatewayTopology?.numTrustedProxies ?? base.numTrustedProxies,
    gatewayForwardClientCert: gatewayTopology?.forwardClientCertDetails ?? base.gatewayForwardClientCert,
    sidecarForwardClientCert: proxyHeaders?.forwardedClientCert ?? base.sidecarForwardClientCert,
    gatewayConnections: {
      httpRequestHeadersTimeoutMs: own.httpRequestHeadersTimeout ?? edge.httpRequestHeadersTimeoutMs,
      httpRequestTimeoutMs: own.httpRequestTimeout ?? edge.httpRequestTimeoutMs,
      httpStreamIdleTimeoutMs: own.httpStreamIdleTimeout ?? edge.httpStreamIdleTimeoutMs,
      httpIdleTimeoutMs: own.httpIdleTimeout ?? edge.httpIdleTimeoutMs,
      httpMaxConnectionDurationMs: own.httpMaxConnectionDuration ?? edge.httpMaxConnectionDurationMs,
      httpMaxStreamDurationMs: own.httpMaxStreamDuration ?? edge.httpMaxStreamDurationMs,
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

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new PharosError("invalid", `the mesh configuration is no YAML: ${String(error)}`, {
      hint: "docs/reference/mesh-config.md has an example",
    });
  }
}
