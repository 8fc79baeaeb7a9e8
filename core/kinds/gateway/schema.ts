import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  ignored,
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
/** What Envoy (BoringSSL) agrees keys by. */
export const CURVES = ["P-256", "P-384", "P-521", "X25519", "X25519MLKEM768"] as const;
const SERVED = "CommonTlsContext.tls_certificate_sds_secret_configs";
const TRUSTED = "CommonTlsContext.CombinedCertificateValidationContext.validation_context_sds_secret_config";
const CREDENTIAL_NOTE =
  "A credential of the namespace of the gateway's workload (`pharos credential apply`), or NAMESPACE/NAME of that namespace; it is given to the gateways that name it";

const TLS_CERTIFICATE = message({
  serverCertificate: becomes(SERVED, string("file-path")),
  privateKey: becomes(SERVED, string("file-path")),
  caCertificates: refused("authorities are of the whole server: use its caCertificates", "no-effect"),
});

/** Files are paths of PEM files on the gateway's host. */
export const SERVER_TLS_MEMBERS = {
  httpsRedirect: becomes("VirtualHost.require_tls", boolean()),
  mode: described(oneOf(["PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL"]), {
    envoy: "FilterChain.transport_socket, DownstreamTlsContext.require_client_certificate",
    default: "PASSTHROUGH",
    note: "With PASSTHROUGH connections go on as they are, by `tls` of VirtualServices; with AUTO_PASSTHROUGH the mTLS of callers goes on to the service of hosts that they mean, by Istio's server names (`outbound_.PORT_.SUBSET_.HOST`)",
  }),
  serverCertificate: becomes(SERVED, string("file-path")),
  privateKey: becomes(SERVED, string("file-path")),
  caCertificates: becomes(TRUSTED, string("file-path")),
  caCrl: described(string("file-path"), {
    envoy: "CertificateValidationContext.crl",
    doc: "What the authorities of caCertificates have revoked, in PEM: a list of each of them",
  }),
  subjectAltNames: becomes("CertificateValidationContext.match_typed_subject_alt_names", list(string("header-text"))),
  credentialName: described(string("credential-name"), {
    envoy: SERVED,
    doc: "The credential that holds certificate and key, and for MUTUAL the authorities of clients",
    note: `${CREDENTIAL_NOTE}. Authorities are those of the credential NAME-cacert where there is one`,
  }),
  credentialNames: described(explicit(list(string("credential-name"), 1, 2)), {
    envoy: SERVED,
    note: "An ECDSA and an RSA certificate; authorities are looked for beside the first",
  }),
  caCertCredentialName: described(string("credential-name"), {
    envoy: TRUSTED,
    note: "The credential with the authorities of clients, in the place of the one that goes with credentialName",
  }),
  tlsCertificates: becomes(SERVED, explicit(list(TLS_CERTIFICATE, 1, 2))),
  verifyCertificateSpki: becomes(
    "CertificateValidationContext.verify_certificate_spki",
    list(string("certificate-key-hash")),
  ),
  verifyCertificateHash: becomes(
    "CertificateValidationContext.verify_certificate_hash",
    list(string("certificate-hash")),
  ),
  minProtocolVersion: described(TLS_VERSION, {
    envoy: "TlsParameters.tls_minimum_protocol_version",
    default: "TLSV1_2",
  }),
  maxProtocolVersion: becomes("TlsParameters.tls_maximum_protocol_version", TLS_VERSION),
  cipherSuites: becomes("TlsParameters.cipher_suites", list(string())),
  ecdhCurves: becomes("TlsParameters.ecdh_curves", list(oneOf(CURVES))),
  insecureSkipVerify: described(boolean(), {
    envoy: "CertificateValidationContext.trust_chain_verification",
    note: "Certificates of clients are asked for, and taken whoever issued them; without effect with SIMPLE",
  }),
};
const SERVER_TLS = message(SERVER_TLS_MEMBERS, {
  atMostOneOf: ["credentialName", "credentialNames", "tlsCertificates"],
});
export type ServerTls = Infer<typeof SERVER_TLS>;

const SERVER_PORT = message({
  number: becomes("Listener.address", required(port())),
  name: becomes("RouteConfiguration.name of a server with HTTPS", required(string())),
  protocol: described(
    required(oneOfInAnyCase(["HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "TCP", "TLS", "MONGO", "REDIS", "MYSQL"])),
    {
      envoy: "FilterChain.filters",
      note: "Requests in HTTP/1.0 are answered 426, whatever it says; GRPC-WEB is translated for those who take gRPC",
    },
  ),
  targetPort: ignored("deprecated in Istio, and without effect", "no-effect"),
});

const SERVER = message({
  name: described(string(), { envoy: "none: it is shown", doc: "A name for people" }),
  bind: described(string("ip-address"), {
    envoy: "Listener.address",
    doc: "An address of the gateway's host, or 0.0.0.0; without it that of its instance",
  }),
  defaultEndpoint: ignored("it is without effect in Istio", "no-effect"),
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
