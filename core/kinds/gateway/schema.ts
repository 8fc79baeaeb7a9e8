import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  list,
  map,
  message,
  oneOf,
  oneOfInAnyCase,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const TLS_VERSION = oneOf(["TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"]);
const BY_FILE = "secrets are not served by name; give paths of files on the gateway's host";
const BY_CA = "client certificates are checked by their authority and names: use caCertificates and subjectAltNames";

/** Files are paths of PEM files on the gateway's host. */
const SERVER_TLS = message({
  httpsRedirect: becomes("VirtualHost.require_tls", boolean()),
  mode: described(
    oneOf(["PASSTHROUGH", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL"], {
      AUTO_PASSTHROUGH: "it joins several clusters, and there is one here: use PASSTHROUGH, and `tls` routes",
    }),
    {
      envoy: "FilterChain.transport_socket, DownstreamTlsContext.require_client_certificate",
      default: "PASSTHROUGH",
      note: "With PASSTHROUGH connections go on as they are, by `tls` of VirtualServices",
    },
  ),
  serverCertificate: becomes("CommonTlsContext.tls_certificate_sds_secret_configs", string("file-path")),
  privateKey: becomes("CommonTlsContext.tls_certificate_sds_secret_configs", string("file-path")),
  caCertificates: becomes(
    "CommonTlsContext.CombinedCertificateValidationContext.validation_context_sds_secret_config",
    string("file-path"),
  ),
  caCrl: refused("revocation lists are not read: take the authority of what is revoked out of caCertificates"),
  subjectAltNames: becomes("CertificateValidationContext.match_typed_subject_alt_names", list(string("header-text"))),
  credentialName: refused(BY_FILE),
  credentialNames: refused(BY_FILE),
  caCertCredentialName: refused(BY_FILE),
  tlsCertificates: refused("give one serverCertificate and privateKey"),
  verifyCertificateSpki: refused(BY_CA),
  verifyCertificateHash: refused(BY_CA),
  minProtocolVersion: described(TLS_VERSION, {
    envoy: "TlsParameters.tls_minimum_protocol_version",
    default: "TLSV1_2",
  }),
  maxProtocolVersion: becomes("TlsParameters.tls_maximum_protocol_version", TLS_VERSION),
  cipherSuites: becomes("TlsParameters.cipher_suites", list(string())),
  ecdhCurves: refused("the proxy's own choice is used: leave it out"),
  insecureSkipVerify: refused("client certificates are always checked: use SIMPLE to ask for none, or OPTIONAL_MUTUAL"),
});
export type ServerTls = Infer<typeof SERVER_TLS>;

const SERVER_PORT = message({
  number: becomes("Listener.address", required(port())),
  name: becomes("RouteConfiguration.name of a server with HTTPS", required(string())),
  protocol: described(
    required(
      oneOfInAnyCase(["HTTP", "HTTPS", "GRPC", "HTTP2", "TCP", "TLS", "MONGO", "REDIS", "MYSQL"], {
        "GRPC-WEB": "gRPC-Web is not translated; use HTTP",
      }),
    ),
    { envoy: "FilterChain.filters", note: "Requests in HTTP/1.0 are answered 426, whatever it says" },
  ),
  targetPort: refused("deprecated in Istio, and without effect: leave it out"),
});

const SERVER = message({
  name: described(string(), { envoy: "none: it is shown", doc: "A name for people" }),
  bind: refused("a gateway binds the address of its instance: leave it out"),
  defaultEndpoint: refused("Istio ignores it: leave it out"),
  port: required(SERVER_PORT),
  hosts: required(
    list(
      described(string("gateway-host"), {
        envoy: "VirtualHost.domains, FilterChainMatch.server_names",
        doc: "[namespace/]DNS name",
        note: "A VirtualService is served under the narrower of its hosts and these, and nowhere else; a dot at the end of a request's host is taken off",
      }),
      1,
    ),
  ),
  tls: SERVER_TLS,
});
export type GatewayServer = Infer<typeof SERVER>;

export const GATEWAY = message({
  selector: described(map(string()), {
    envoy: "none: which proxies get the listeners",
    doc: "Labels of the gateways, searched in all namespaces; without it every gateway",
    form: "label-pairs",
  }),
  servers: described(required(list(SERVER, 1)), { doc: "Ports on which the gateway listens, and for which hosts" }),
});
export type GatewaySpec = Infer<typeof GATEWAY>;
