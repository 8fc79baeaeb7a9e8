import { CONNECTION_POOL } from "#core/kinds/destination-rule/connection-pool.ts";
import { LOAD_BALANCER } from "#core/kinds/destination-rule/load-balancer.ts";
import { PORT_SELECTOR } from "#core/kinds/port-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  ignored,
  integer,
  list,
  message,
  number,
  oneOf,
  oneOfTexts,
  port,
  refused,
  required,
  string,
  uint32,
} from "#core/schema/make-field.ts";

export const OUTLIER_DETECTION = message({
  consecutive5xxErrors: becomes("OutlierDetection.consecutive_5xx", explicit(uint32())),
  consecutiveGatewayErrors: becomes("OutlierDetection.consecutive_gateway_failure", explicit(uint32())),
  consecutiveErrors: ignored("deprecated in Istio, and without effect; use consecutive5xxErrors", "no-effect"),
  splitExternalLocalOriginErrors: becomes("OutlierDetection.split_external_local_origin_errors", boolean()),
  consecutiveLocalOriginFailures: becomes("OutlierDetection.consecutive_local_origin_failure", explicit(uint32())),
  interval: described(string("duration"), { envoy: "OutlierDetection.interval", default: "10s" }),
  baseEjectionTime: described(string("duration"), { envoy: "OutlierDetection.base_ejection_time", default: "30s" }),
  maxEjectionPercent: described(integer(0, 100), {
    envoy: "OutlierDetection.max_ejection_percent",
    unit: "percent",
    default: 10,
    note: "0 is as if it were not there: 10",
  }),
  minHealthPercent: described(integer(0, 100), {
    envoy: "Cluster.CommonLbConfig.healthy_panic_threshold",
    unit: "percent",
  }),
  outlierDetectionHttpErrorCodes: described(list(integer(100, 599), 0, 64), {
    envoy: "HttpProtocolOptions.OutlierDetection.error_matcher",
    doc: "Answers that count as errors, in place of every 5xx; of HTTP ports",
    note: "They count towards consecutive5xxErrors, and none towards consecutiveGatewayErrors",
  }),
});
export type OutlierDetection = Infer<typeof OUTLIER_DETECTION>;

/** Files are paths of PEM files on the proxy's host. */
const TLS_MEMBERS = {
  clientCertificate: becomes("CommonTlsContext.tls_certificate_sds_secret_configs", string("file-path")),
  privateKey: becomes("CommonTlsContext.tls_certificate_sds_secret_configs", string("file-path")),
  caCertificates: becomes(
    "CommonTlsContext.CombinedCertificateValidationContext.validation_context_sds_secret_config",
    string("file-path"),
  ),
  caCrl: described(string("file-path"), {
    envoy: "CertificateValidationContext.crl",
    doc: "What the authorities of caCertificates have revoked, in PEM: a list of each of them",
  }),
  subjectAltNames: becomes("CertificateValidationContext.match_typed_subject_alt_names", list(string("header-text"))),
  sni: described(string("header-text", 255), {
    envoy: "UpstreamTlsContext.sni",
    note: "With it and without subjectAltNames only the chain of the server's certificate is checked, not its name",
  }),
  insecureSkipVerify: becomes(
    "UpstreamHttpProtocolOptions.auto_san_validation, and no authorities to check the chain by",
    explicit(boolean()),
  ),
};

const CLIENT_TLS = message({
  mode: described(oneOf(["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]), {
    envoy: "Cluster.transport_socket",
    default: "DISABLE",
  }),
  ...TLS_MEMBERS,
  credentialName: described(string("credential-name"), {
    envoy:
      "CommonTlsContext.tls_certificate_sds_secret_configs, CommonTlsContext.CombinedCertificateValidationContext.validation_context_sds_secret_config",
    doc: "A stored credential with the client's certificate for MUTUAL, and the authorities of servers",
    note: "A credential of the caller's namespace, for gateways, and with workloadSelector for the sidecars that it chooses; others speak plain text, as in Istio. Authorities are those of the credential NAME-cacert where there is one, and not the system's",
  }),
});

/** The same with hosts that nobody knows: nobody there is of the mesh. */
export const OUTBOUND_TLS = message({
  mode: described(
    oneOf(["DISABLE", "SIMPLE", "MUTUAL"], {
      ISTIO_MUTUAL:
        "hosts that the mesh does not know take none of its certificates; write SIMPLE, or MUTUAL with files",
    }),
    { envoy: "Cluster.transport_socket", default: "DISABLE" },
  ),
  ...TLS_MEMBERS,
  credentialName: refused(
    "what is of no service has no rule that chooses who is given credentials, and in Istio too sidecars then speak plain text: give paths of files on the callers' hosts",
    "no-effect",
  ),
});
export type ClientTls = Infer<typeof CLIENT_TLS>;

const SETTINGS = {
  loadBalancer: LOAD_BALANCER,
  connectionPool: CONNECTION_POOL,
  outlierDetection: OUTLIER_DETECTION,
  tls: CLIENT_TLS,
};
const SETTINGS_MESSAGE = message(SETTINGS);
/** What may be set for all ports and for one. */
export type TrafficSettings = Infer<typeof SETTINGS_MESSAGE>;

const BUDGET = "CircuitBreakers.Thresholds.retry_budget";
const RETRY_BUDGET = message({
  percent: described(explicit(number(0, 100)), { envoy: BUDGET, unit: "percent", default: 20 }),
  minRetryConcurrency: described(uint32(), {
    envoy: BUDGET,
    unit: "requests",
    default: 3,
    note: "0 is as if it were not there: 3",
  }),
  budgetInterval: described(string("duration-or-zero"), {
    envoy: BUDGET,
    doc: "Requests of so long count, where it is not those under way alone; 0s for the latter",
  }),
});
export type RetryBudget = Infer<typeof RETRY_BUDGET>;

const TUNNELING = "TcpProxy.tunneling_config";
const TUNNEL = message({
  protocol: described(oneOfTexts(["CONNECT", "POST"]), { envoy: TUNNELING, default: "CONNECT" }),
  targetHost: becomes(TUNNELING, required(string("ip-or-host"))),
  targetPort: becomes(TUNNELING, required(port())),
});

const PORT_POLICY = message({ port: becomes("Cluster.name", required(PORT_SELECTOR)), ...SETTINGS });

export const TRAFFIC_POLICY = message({
  ...SETTINGS,
  portLevelSettings: described(list(PORT_POLICY, 0, 4096), {
    doc: "Replace the settings above for their port; they do not inherit from them",
  }),
  tunnel: described(TUNNEL, {
    doc: "Connections that are not HTTP go to the service as a tunnel through it to somebody else",
    note: "Of several destinations of a route the first one's, whatever its subset says. A subset has only its own",
  }),
  proxyProtocol: described(
    message({
      version: described(oneOf(["V1", "V2"]), {
        envoy: "ProxyProtocolUpstreamTransport.config",
        default: "V1",
        doc: "In text, or in bytes",
      }),
    }),
    {
      doc: "Connections begin with the addresses of the client, for a service that reads them",
      note: "Sidecars do not: it is for services outside of the mesh",
    },
  ),
  retryBudget: described(RETRY_BUDGET, {
    doc: "How many of the requests under way may be retries",
    note: "With it connectionPool.http.maxRetries is not looked at",
  }),
});
export type TrafficPolicy = Infer<typeof TRAFFIC_POLICY>;
