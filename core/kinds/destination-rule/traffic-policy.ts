import { CONNECTION_POOL } from "#core/kinds/destination-rule/connection-pool.ts";
import { LOAD_BALANCER } from "#core/kinds/destination-rule/load-balancer.ts";
import { PORT_SELECTOR } from "#core/kinds/port-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  boolean,
  described,
  explicit,
  integer,
  list,
  message,
  oneOf,
  refused,
  required,
  string,
  uint32,
} from "#core/schema/make-field.ts";

const OUTLIER_DETECTION = message({
  consecutive5xxErrors: explicit(uint32()),
  consecutiveGatewayErrors: explicit(uint32()),
  consecutiveErrors: refused("deprecated in Istio; use consecutive5xxErrors"),
  splitExternalLocalOriginErrors: boolean(),
  consecutiveLocalOriginFailures: explicit(uint32()),
  interval: described(string("duration"), { default: "10s" }),
  baseEjectionTime: described(string("duration"), { default: "30s" }),
  maxEjectionPercent: described(integer(0, 100), {
    unit: "percent",
    default: 10,
    note: "0 is as if it were not there: 10",
  }),
  minHealthPercent: described(integer(0, 100), { unit: "percent" }),
  outlierDetectionHttpErrorCodes: refused("every 5xx counts as an error"),
});
export type OutlierDetection = Infer<typeof OUTLIER_DETECTION>;

/** Files are paths of PEM files on the proxy's host. */
const CLIENT_TLS = message({
  mode: described(oneOf(["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]), { default: "DISABLE" }),
  clientCertificate: string("file-path"),
  privateKey: string("file-path"),
  caCertificates: string("file-path"),
  caCrl: refused("revocation lists are not read"),
  credentialName: refused("secrets are not served by name; give paths of files on the proxy's host"),
  subjectAltNames: list(string("header-text")),
  sni: described(string("header-text", 255), {
    note: "With it and without subjectAltNames only the chain of the server's certificate is checked, not its name",
  }),
  insecureSkipVerify: explicit(boolean()),
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

const PORT_POLICY = message({ port: required(PORT_SELECTOR), ...SETTINGS });

export const TRAFFIC_POLICY = message({
  ...SETTINGS,
  portLevelSettings: described(list(PORT_POLICY, 0, 4096), {
    doc: "Replace the settings above for their port; they do not inherit from them",
  }),
  tunnel: refused("connections are not tunnelled"),
  proxyProtocol: refused("the PROXY protocol is not written"),
  retryBudget: refused("retries are bounded by connectionPool.http.maxRetries"),
});
export type TrafficPolicy = Infer<typeof TRAFFIC_POLICY>;
