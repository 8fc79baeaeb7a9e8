import {
  boolean,
  type FieldTable,
  list,
  map,
  noted,
  object,
  oneOfValues,
  oneOfValuesInAnyCase,
  port,
  refused,
  required,
  string,
} from "#core/resource/field.ts";

const TLS_VERSIONS = ["TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];
const HTTP_ONLY = "gateways serve HTTP, HTTP2, GRPC and HTTPS so far";
const NO_GRPC_WEB = "gRPC-Web is not translated; use HTTP";
const BY_FILE = "secrets are not served by name; give paths of files on the gateway's host";

export const GATEWAY_FIELDS: FieldTable = {
  selector: map(),
  "selector{}": string(),
  servers: required(list(1)),
  "servers[].name": string(),
  "servers[].bind": refused("a gateway binds the address of its instance"),
  "servers[].defaultEndpoint": refused("Istio ignores it"),
  "servers[].port": required(object()),
  "servers[].port.number": required(port()),
  "servers[].port.name": required(string()),
  "servers[].port.protocol": noted(
    required(
      oneOfValuesInAnyCase(["HTTP", "HTTPS", "GRPC", "HTTP2"], {
        "GRPC-WEB": NO_GRPC_WEB,
        TCP: HTTP_ONLY,
        TLS: HTTP_ONLY,
        MONGO: HTTP_ONLY,
        REDIS: HTTP_ONLY,
        MYSQL: HTTP_ONLY,
      }),
    ),
    "Requests in HTTP/1.0 are answered 426, whatever it says",
  ),
  "servers[].port.targetPort": refused("deprecated in Istio, and without effect"),
  "servers[].hosts": required(list(1)),
  "servers[].hosts[]": noted(
    string("gateway-host"),
    "A VirtualService is served under the narrower of its hosts and these, and nowhere else; a dot at the end of a request's host is taken off",
  ),
  "servers[].tls.httpsRedirect": boolean(),
  "servers[].tls.mode": oneOfValues(["SIMPLE", "MUTUAL", "ISTIO_MUTUAL"], {
    PASSTHROUGH: "TLS ends at the gateway; choose SIMPLE or MUTUAL",
    AUTO_PASSTHROUGH: "it joins several clusters, and there is one here",
    OPTIONAL_MUTUAL: "choose SIMPLE or MUTUAL",
  }),
  "servers[].tls.serverCertificate": string("file-path"),
  "servers[].tls.privateKey": string("file-path"),
  "servers[].tls.caCertificates": string("file-path"),
  "servers[].tls.caCrl": refused("revocation lists are not read"),
  "servers[].tls.subjectAltNames[]": string("header-text"),
  "servers[].tls.credentialName": refused(BY_FILE),
  "servers[].tls.credentialNames": refused(BY_FILE),
  "servers[].tls.caCertCredentialName": refused(BY_FILE),
  "servers[].tls.tlsCertificates": refused("give one serverCertificate and privateKey"),
  "servers[].tls.verifyCertificateSpki": refused(
    "client certificates are checked by caCertificates and subjectAltNames",
  ),
  "servers[].tls.verifyCertificateHash": refused(
    "client certificates are checked by caCertificates and subjectAltNames",
  ),
  "servers[].tls.minProtocolVersion": oneOfValues(TLS_VERSIONS),
  "servers[].tls.maxProtocolVersion": oneOfValues(TLS_VERSIONS),
  "servers[].tls.cipherSuites[]": string(),
  "servers[].tls.ecdhCurves": refused("the proxy's own choice is used"),
  "servers[].tls.insecureSkipVerify": refused("client certificates are always checked"),
};
