import { MIRROR_HEADER } from "#core/telemetry/access-log.ts";

/** By which callers would steer a proxy that is not theirs: retries, timeouts, names of statistics and spans, forced traces. */
const STEERING = [
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-upstream-stream-duration-ms",
  "x-envoy-decorator-operation",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
];

/** By which Istio's proxies tell each other who they are: nothing here reads it, and an application may believe it. */
const PEER_METADATA = ["x-envoy-peer-metadata", "x-envoy-peer-metadata-id"];

/** Who called, as the called sidecar writes it down for its application. */
const CLIENT_CERT = ["x", "forwarded", "client", "cert"];

/**
 * The same name with some of its dashes as underscores. Proxies take them for other headers; applications behind CGI, WSGI
 * and the like read them as one, so that a caller's would stand for the sidecar's.
 */
const CLIENT_CERT_LOOKALIKES = CLIENT_CERT.slice(1)
  .reduce<string[]>(
    (made, word) => made.flatMap((name) => [`${name}-${word}`, `${name}_${word}`]),
    CLIENT_CERT.slice(0, 1),
  )
  .filter((name) => name.includes("_"));

/** What a caller's sidecar takes off: only its routes make copies, so no application says that its requests are some. */
export const UNTRUSTED_OF_APPLICATIONS: readonly string[] = [MIRROR_HEADER];

/** What a called sidecar takes off, whoever calls. What callers' proxies say of their own work stays. */
export const UNTRUSTED_OF_PEERS: readonly string[] = [...STEERING, ...PEER_METADATA, ...CLIENT_CERT_LOOKALIKES];

/** What it takes off besides where callers show no certificate: their requests would be left out of what is counted. */
export const UNTRUSTED_IN_PLAIN_TEXT: readonly string[] = [MIRROR_HEADER];

/** What a gateway takes off, for none of it can come from the mesh. */
export const UNTRUSTED_OF_STRANGERS: readonly string[] = [
  ...UNTRUSTED_OF_PEERS,
  MIRROR_HEADER,
  "x-envoy-attempt-count",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-external-address",
  "x-envoy-internal",
  "x-envoy-is-timeout-retry",
  "x-envoy-original-dst-host",
  "x-envoy-original-host",
  // The access log tells it as the path that was asked for.
  "x-envoy-original-path",
  "x-envoy-original-url",
];
