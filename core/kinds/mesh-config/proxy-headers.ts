import type { Infer } from "#core/schema/field.ts";
import { boolean, described, explicit, message, oneOf, refused, string } from "#core/schema/make-field.ts";

export const FORWARD_CLIENT_CERT = described(
  oneOf(["SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"]),
  {
    envoy: "HttpConnectionManager.forward_client_cert_details",
    doc: "What happens to X-Forwarded-Client-Cert; Envoy's words",
    default: "SANITIZE_SET",
  },
);
export type ForwardClientCert = Infer<typeof FORWARD_CLIENT_CERT>;

const TOLD = "HttpConnectionManager.set_current_client_cert_details";

/** What proxies write into headers of requests and responses. */
export const PROXY_HEADERS = message({
  forwardedClientCert: FORWARD_CLIENT_CERT,
  setCurrentClientCertDetails: described(
    message({
      subject: flag(TOLD, true, "The subject of the caller's certificate"),
      cert: described(explicit(boolean()), {
        envoy: TOLD,
        doc: "The certificate, in PEM",
        note: "Without it at gateways alone",
      }),
      chain: flag(TOLD, false, "It and those above it"),
      dns: flag(TOLD, true, "Its DNS names"),
      uri: flag(TOLD, true, "Its URI"),
    }),
    { doc: "What of the caller's certificate X-Forwarded-Client-Cert tells" },
  ),
  requestId: message({
    disabled: flag(
      "HttpConnectionManager.generate_request_id",
      false,
      "Requests that bring no x-request-id get none, and are not found by one",
    ),
  }),
  server: message({
    disabled: flag(
      "HttpConnectionManager.server_header_transformation",
      false,
      "The server header of responses is the application's",
    ),
    value: described(string("header-value"), {
      envoy: "HttpConnectionManager.server_name",
      doc: "What the server header of responses says",
      default: "istio-envoy",
    }),
  }),
  attemptCount: message({
    disabled: flag(
      "VirtualHost.include_request_attempt_count",
      false,
      "Applications are not told the attempt (x-envoy-attempt-count)",
    ),
  }),
  envoyDebugHeaders: message({
    disabled: flag("Router.suppress_envoy_headers", false, "Proxies write no x-envoy-* headers"),
  }),
  metadataExchangeHeaders: refused("who calls is known by certificate: leave it out", "istios-envoy"),
  preserveHttp1HeaderCase: flag(
    "Http1ProtocolOptions.header_key_format",
    false,
    "Names of headers keep their case from one HTTP/1.1 connection to the next",
  ),
  xForwardedHost: message({
    enabled: flag("RouteAction.append_x_forwarded_host", false, "A rewritten host is told in X-Forwarded-Host"),
  }),
  xForwardedPort: message({
    enabled: flag(
      "HttpConnectionManager.append_x_forwarded_port",
      false,
      "The port that was called is told in X-Forwarded-Port",
    ),
  }),
});
export type ProxyHeaders = Infer<typeof PROXY_HEADERS>;

function flag(envoy: string, byDefault: boolean, doc: string) {
  return described(explicit(boolean()), { envoy, doc, default: byDefault });
}
