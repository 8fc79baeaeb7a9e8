import { CONNECTION_POOL, TCP_KEEPALIVE } from "#core/kinds/destination-rule/connection-pool.ts";
import { LOCALITY_LB, ZONE_AWARE_LB } from "#core/kinds/destination-rule/locality.ts";
import { OUTBOUND_TLS, OUTLIER_DETECTION } from "#core/kinds/destination-rule/traffic-policy.ts";
import { CURVES } from "#core/kinds/gateway/schema.ts";
import { EXTENSION_PROVIDER } from "#core/kinds/mesh-config/extension-provider.ts";
import { PROXY_CONFIG } from "#core/kinds/mesh-config/proxy-config.ts";
import { RETRIES } from "#core/kinds/virtual-service/http-route.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  integer,
  list,
  message,
  oneOf,
  refused,
  string,
} from "#core/schema/make-field.ts";

const BY_AGENT = "it is of one host: set it where its agent is started (pharos agent --help)";
const NO_INGRESS = "Ingress is not read: write a Gateway and a VirtualService";
const REPORTED = "agents report requests, with fields of their own: look at Requests, or at the agent's access log";
const ONE_AUTHORITY = "the authority and its trust domain are the server's: set it there (pharos serve --trust-domain)";
const STAT_NOTE =
  "With %SERVICE%, %SERVICE_NAME%, %SERVICE_FQDN%, %SERVICE_PORT%, %TARGET_PORT%, %SERVICE_PORT_NAME% and %SUBSET_NAME%; Envoy keeps the statistics that proxyStatsMatcher asks for";
const NO_CLUSTERS = "there is one mesh of one network: leave it out";

const OLDEST_TLS = described(oneOf(["TLS_AUTO", "TLSV1_2", "TLSV1_3"]), {
  envoy: "TlsParameters.tls_minimum_protocol_version",
  default: "TLS_AUTO",
  note: "TLS_AUTO is TLSV1_2",
});
const CIPHERS = described(list(string("header-text", 64)), {
  envoy: "TlsParameters.cipher_suites",
  note: "Of TLS 1.2; those that Envoy does not know are left out, as in Istio",
});

/** Where the one of it stands. */
export const MESH_CONFIG_PLACE = { namespace: ROOT_NAMESPACE, name: "default" } as const;

/** Istio's MeshConfig: each of its fields is here. */
export const MESH_CONFIG = message({
  outboundTrafficPolicy: message({
    mode: described(oneOf(["ALLOW_ANY", "REGISTRY_ONLY", "ALLOW_ANY_DYNAMIC_DNS"]), {
      envoy: "RouteConfiguration.virtual_hosts, Listener.filter_chains: the last of each",
      default: "ALLOW_ANY",
      doc: "Captured calls to what the mesh does not know; a Sidecar that says otherwise wins",
      valueDocs: {
        REGISTRY_ONLY: "they are refused",
        ALLOW_ANY: "they go where the caller says",
        ALLOW_ANY_DYNAMIC_DNS:
          "requests go to the host that they name, also by the forward proxy; all else goes where the caller says",
      },
      note: "With ALLOW_ANY_DYNAMIC_DNS, servers at ports that nobody knows and that speak first are spoken to after protocolDetectionTimeout",
    }),
    tls: described(OUTBOUND_TLS, { doc: "What ALLOW_ANY_DYNAMIC_DNS speaks with hosts that are asked in plain text" }),
  }),
  pathNormalization: message({
    normalization: described(oneOf(["DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"]), {
      envoy:
        "HttpConnectionManager.normalize_path, HttpConnectionManager.merge_slashes, HttpConnectionManager.path_with_escaped_slashes_action",
      default: "DEFAULT",
      doc: "How paths are made one before routes and policies see them, at every proxy alike",
    }),
  }),
  defaultServiceExportTo: exportTo(["*", ".", "~"], "ServiceEntries"),
  defaultVirtualServiceExportTo: exportTo(["*", "."], "VirtualServices"),
  defaultDestinationRuleExportTo: exportTo(["*", "."], "DestinationRules"),
  connectTimeout: described(string("duration"), {
    envoy: "Cluster.connect_timeout",
    default: "10s",
    doc: "Of connections to endpoints and applications; a DestinationRule that says otherwise wins",
  }),
  tcpKeepalive: described(TCP_KEEPALIVE, {
    doc: "Of connections to endpoints and applications; each field that a DestinationRule has wins",
  }),
  localityLbSetting: described(LOCALITY_LB, {
    doc: "Which endpoints callers prefer by where both are; a DestinationRule that has one wins as a whole",
  }),
  protocolDetectionTimeout: described(explicit(string("duration-or-zero")), {
    envoy: "Listener.listener_filters_timeout",
    default: "5s",
    doc: "How long a called proxy waits for a first byte that tells TLS from plain text; 0s for ever",
  }),
  enableAutoMtls: described(explicit(boolean()), {
    envoy: "Cluster.transport_socket_matches",
    default: true,
    doc: "Calls to endpoints that take mTLS use it where no DestinationRule says otherwise",
  }),
  h2UpgradePolicy: described(oneOf(["DO_NOT_UPGRADE", "UPGRADE"]), {
    envoy: "HttpProtocolOptions.explicit_http_config",
    default: "DO_NOT_UPGRADE",
    doc: "Calls to HTTP ports use HTTP/2; a DestinationRule that says otherwise wins",
  }),
  defaultHttpRetryPolicy: described(RETRIES, {
    doc: "Of routes that say nothing of retries; attempts: 0 switches them off",
  }),
  dnsRefreshRate: described(string("duration"), {
    envoy: "Cluster.dns_refresh_rate",
    default: "60s",
    doc: "How long a DNS answer holds that does not say so itself",
  }),
  defaultConfig: described(PROXY_CONFIG, { doc: "Istio's ProxyConfig, for all proxies" }),
  extensionProviders: described(list(EXTENSION_PROVIDER, 0, 64), {
    envoy: "ExtAuthz.http_service or ExtAuthz.grpc_service, HttpConnectionManager.access_log",
    doc: "Whom AuthorizationPolicies have asked, and to whom Telemetries send logs, metrics and spans",
  }),
  defaultProviders: message({
    tracing: described(list(string("header-text")), {
      envoy: "HttpConnectionManager.Tracing.provider",
      doc: "Who gets spans where no Telemetry says it, the first of them; without it the control plane",
    }),
    metrics: described(list(string("header-text")), {
      envoy: "none: what /metrics of the server shows",
      default: "prometheus",
      doc: "Where no Telemetry names any",
    }),
    accessLogging: described(list(string("header-text")), {
      envoy: "HttpConnectionManager.access_log, TcpProxy.access_log, Listener.access_log",
      doc: "Who gets a line of each request where no Telemetry says it",
    }),
  }),
  proxyListenPort: refused(BY_AGENT, "process"),
  proxyInboundListenPort: refused(BY_AGENT, "process"),
  proxyHttpPort: refused(BY_AGENT, "process"),
  hboneIdleTimeout: refused("proxies speak mTLS without tunnels: leave it out", "kubernetes"),
  ingressClass: refused(NO_INGRESS, "kubernetes"),
  ingressService: refused(NO_INGRESS, "kubernetes"),
  ingressControllerMode: refused(NO_INGRESS, "kubernetes"),
  ingressSelector: refused(NO_INGRESS, "kubernetes"),
  enableTracing: described(explicit(boolean()), {
    envoy: "HttpConnectionManager.tracing",
    default: true,
    doc: "Requests are traced where no Telemetry says so itself",
  }),
  accessLogFile: described(string("log-path"), {
    envoy: "FileAccessLog.path",
    doc: "A file on each proxy's host, or /dev/stdout, for a line of each request where no Telemetry and no default provider says it",
  }),
  accessLogFormat: described(string("log-format"), {
    envoy: "FileAccessLog.log_format",
    doc: "Of accessLogFile and of the provider envoy; for JSON an object of texts; without it Istio's",
  }),
  accessLogEncoding: described(oneOf(["TEXT", "JSON"]), {
    envoy: "FileAccessLog.log_format",
    default: "TEXT",
    doc: "How accessLogFormat is read: as text, or as an object of which each line is one",
  }),
  enableEnvoyAccessLogService: refused(REPORTED),
  disableEnvoyListenerLog: refused(REPORTED),
  inboundTrafficPolicy: message({
    mode: described(
      oneOf(["LOCALHOST"], {
        PASSTHROUGH:
          "applications are called on 127.0.0.1, so that nobody comes to them past their proxy: let them listen there, or write defaultEndpoint: 0.0.0.0:PORT in the ingress of a Sidecar",
      }),
      {
        envoy: "Cluster.load_assignment",
        doc: "Where applications are called that share their proxy's host: what Pharos does",
      },
    ),
  }),
  configSources: refused("configuration is applied, by pharos apply or in the console", "process"),
  trustDomain: refused(ONE_AUTHORITY, "process"),
  trustDomainAliases: described(list(string("header-text", 255)), {
    envoy: "CertificateValidationContext.match_typed_subject_alt_names, RBAC.policies: a principal in each of them",
    doc: "Trust domains whose identities are the mesh's too, such as the one that it had before; its authority issues none of them",
  }),
  caCertificates: refused(
    "identities of the mesh are issued by its own authority alone: let callers of another in at a Gateway of mode MUTUAL whose credential has its roots, and call their services by a DestinationRule with tls.caCertificates",
  ),
  ca: refused(ONE_AUTHORITY, "process"),
  certificates: refused(ONE_AUTHORITY, "process"),
  verifyCertificateAtClient: described(explicit(boolean()), {
    envoy: "CommonTlsContext.validation_context_sds_secret_config",
    default: true,
    doc: "Servers outside are checked by the host's authorities where a DestinationRule names none",
  }),
  rootNamespace: refused("it is istio-system: leave it out", "process"),
  discoverySelectors: refused(
    "every namespace is read: use a Sidecar or exportTo to narrow who sees what",
    "kubernetes",
  ),
  zoneAwareLbSetting: described(ZONE_AWARE_LB, {
    doc: "Callers keep to their own zone as far as it is large enough for all of them; a DestinationRule that says otherwise wins",
  }),
  inboundClusterStatName: described(string("header-text", 256), {
    envoy: "Cluster.alt_stat_name",
    doc: "Under which name Envoy keeps the statistics of an application's port that a service speaks for",
    note: STAT_NOTE,
  }),
  outboundClusterStatName: described(string("header-text", 256), {
    envoy: "Cluster.alt_stat_name",
    doc: "Under which name Envoy keeps the statistics of what is called",
    note: STAT_NOTE,
  }),
  serviceSettings: refused(NO_CLUSTERS, "kubernetes"),
  serviceScopeConfigs: refused(NO_CLUSTERS, "kubernetes"),
  enablePrometheusMerge: refused("scrape the agent and the application by themselves", "process"),
  defaultInboundHttpRetryPolicy: described(
    message({
      attempts: explicit(integer(0, 100)),
      retryOn: string("retry-on"),
      backoff: string("duration"),
    }),
    {
      envoy: "RouteAction.retry_policy",
      doc: "How a called proxy puts requests to its application again; attempts: 0 switches it off",
      note: "Without it twice, where the application closed the connection before it saw the request",
    },
  ),
  defaultTrafficPolicy: described(message({ connectionPool: CONNECTION_POOL, outlierDetection: OUTLIER_DETECTION }), {
    doc: "Of calls to services; a DestinationRule that has one of the two has it as a whole",
  }),
  meshMTLS: described(
    message({
      minProtocolVersion: OLDEST_TLS,
      cipherSuites: CIPHERS,
      ecdhCurves: refused("Istio refuses it too: write tlsDefaults.ecdhCurves, which is of all other TLS", "no-effect"),
    }),
    { doc: "Of mTLS that proxies of the mesh speak with each other" },
  ),
  tlsDefaults: described(
    message({
      minProtocolVersion: OLDEST_TLS,
      cipherSuites: CIPHERS,
      ecdhCurves: becomes("TlsParameters.ecdh_curves", list(oneOf(CURVES))),
    }),
    {
      doc: "Of all other TLS, where a server or rule says nothing else: at gateways and Sidecars, and with servers outside",
      note: "minProtocolVersion is of servers alone, as in Istio",
    },
  ),
  serviceEntryVisibility: refused("write exportTo, or defaultServiceExportTo"),
});
export type MeshConfigSpec = Infer<typeof MESH_CONFIG>;

function exportTo<const V extends string>(values: readonly V[], kinds: string) {
  return described(list(oneOf(values), 0, 1), {
    envoy: "none: which proxies get what comes of them",
    doc: `Who sees ${kinds} without exportTo: * everybody, . their own namespace${values.includes("~" as V) ? ", ~ nobody" : ""}`,
    note: "* without it",
  });
}
