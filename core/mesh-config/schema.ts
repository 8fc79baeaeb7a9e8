import type { Infer } from "#core/schema/field.ts";
import { described, explicit, integer, message, oneOf, string } from "#core/schema/make-field.ts";

/** What HTTP/2 begins with; less than that a peer may not be told. */
const WINDOW_MIN = 65_535;
const BUFFER_MIN = 1024;
/** Of a window, a buffer and streams. */
const MAX = 2_147_483_647;

const FORWARD_CLIENT_CERT = described(
  oneOf(["SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"]),
  { doc: "What happens to X-Forwarded-Client-Cert; Envoy's words", default: "SANITIZE_SET" },
);
export type ForwardClientCert = Infer<typeof FORWARD_CLIENT_CERT>;

const CONNECTION_SETTINGS = message({
  profile: oneOf(["EDGE"]),
  listenerPerConnectionBufferLimitBytes: bytes(BUFFER_MIN, 32_768),
  clusterPerConnectionBufferLimitBytes: bytes(BUFFER_MIN, 32_768),
  httpIdleTimeout: time("3600s"),
  httpMaxConnectionDuration: time("0s"),
  httpMaxStreamDuration: time("0s"),
  httpRequestTimeout: time("300s"),
  httpRequestHeadersTimeout: time("15s"),
  httpStreamIdleTimeout: time("300s"),
  httpMaxConcurrentStreams: described(explicit(integer(1, MAX)), { unit: "streams", default: 100 }),
  http2InitialStreamWindowSize: bytes(WINDOW_MIN, 65_536),
  http2InitialConnectionWindowSize: bytes(WINDOW_MIN, 1_048_576),
  httpHeadersWithUnderscoresAction: described(oneOf(["ALLOW", "REJECT_REQUEST", "DROP_HEADER"]), {
    default: "REJECT_REQUEST",
  }),
});

/** The part of Istio's MeshConfig that is honoured here. What is not in it is refused by name. */
export const MESH_CONFIG = message({
  pathNormalization: message({
    normalization: described(oneOf(["DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"]), {
      default: "DEFAULT",
    }),
  }),
  protocolDetectionTimeout: time("5s"),
  defaultConfig: message({
    gatewayTopology: message({
      numTrustedProxies: described(explicit(integer(0, 100)), { default: 0 }),
      forwardClientCertDetails: FORWARD_CLIENT_CERT,
    }),
    proxyHeaders: message({ forwardedClientCert: FORWARD_CLIENT_CERT }),
    connectionSettings: CONNECTION_SETTINGS,
  }),
});
export type MeshConfig = Infer<typeof MESH_CONFIG>;

/** `0s` is no limit. */
function time(byDefault: string) {
  return described(explicit(string("duration-or-zero")), { default: byDefault });
}

function bytes(min: number, byDefault: number) {
  return described(explicit(integer(min, MAX)), { unit: "bytes", default: byDefault });
}
