import {
  boolean,
  explicit,
  type Field,
  type FieldTable,
  integer,
  list,
  noted,
  number,
  object,
  oneOfValues,
  port,
  refused,
  required,
  string,
  uint32,
  under,
} from "#core/resource/field.ts";

const NO_LOCALITY = "load balancing does not know localities yet";

const LOAD_BALANCER: FieldTable = {
  "": object({ atMostOneOf: ["simple", "consistentHash"] }),
  simple: oneOfValues(["UNSPECIFIED", "LEAST_CONN", "RANDOM", "ROUND_ROBIN", "LEAST_REQUEST"], {
    PASSTHROUGH: "where a caller meant to connect to is known only when traffic is captured",
  }),
  consistentHash: object({
    // The key, too, is one of several: the validation of the whole says so.
    atMostOneOf: ["ringHash", "maglev"],
  }),
  "consistentHash.httpHeaderName": explicit(string("header-name")),
  "consistentHash.httpCookie.name": required(string("header-text")),
  "consistentHash.httpCookie.path": string("header-text"),
  "consistentHash.httpCookie.ttl": string("duration-or-zero"),
  "consistentHash.httpCookie.attributes": refused("only name, path and ttl of the cookie are"),
  "consistentHash.useSourceIp": explicit(boolean()),
  "consistentHash.httpQueryParameterName": explicit(string("header-text")),
  "consistentHash.ringHash.minimumRingSize": integer(0, 8_388_608),
  "consistentHash.maglev.tableSize": integer(1, 5_000_011),
  "consistentHash.minimumRingSize": refused("deprecated in Istio; use ringHash.minimumRingSize"),
  "warmup.duration": required(string("duration")),
  "warmup.minimumPercent": explicit(number(0, 100)),
  "warmup.aggression": explicit(number(0, 1e9)),
  warmupDurationSecs: refused("deprecated in Istio; use warmup.duration"),
  localityLbSetting: refused(NO_LOCALITY),
  zoneAwareLbSetting: refused(NO_LOCALITY),
  backendUtilization: refused("load reports from backends are not collected"),
};

function unlimited(): Field {
  return noted(integer(), "0 is as if it were not there: no limit");
}

const CONNECTION_POOL: FieldTable = {
  "tcp.maxConnections": unlimited(),
  "tcp.connectTimeout": string("duration"),
  "tcp.maxConnectionDuration": string("duration"),
  "tcp.idleTimeout": refused("idle TCP connections are kept; for HTTP use connectionPool.http.idleTimeout"),
  "tcp.tcpKeepalive.probes": integer(0, 127),
  "tcp.tcpKeepalive.time": string("keepalive-duration"),
  "tcp.tcpKeepalive.interval": string("keepalive-duration"),
  "http.http1MaxPendingRequests": unlimited(),
  "http.http2MaxRequests": unlimited(),
  "http.maxRequestsPerConnection": unlimited(),
  "http.maxRetries": unlimited(),
  "http.idleTimeout": string("duration"),
  "http.h2UpgradePolicy": oneOfValues(["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"]),
  "http.useClientProtocol": boolean(),
  "http.maxConcurrentStreams": integer(1),
  "http.http2KeepAlive.interval": required(string("duration")),
  "http.http2KeepAlive.timeout": required(string("duration")),
};

const OUTLIER_DETECTION: FieldTable = {
  consecutive5xxErrors: explicit(uint32()),
  consecutiveGatewayErrors: explicit(uint32()),
  consecutiveErrors: refused("deprecated in Istio; use consecutive5xxErrors"),
  splitExternalLocalOriginErrors: boolean(),
  consecutiveLocalOriginFailures: explicit(uint32()),
  interval: string("duration"),
  baseEjectionTime: string("duration"),
  maxEjectionPercent: noted(integer(0, 100), "0 is as if it were not there: 10"),
  minHealthPercent: integer(0, 100),
  outlierDetectionHttpErrorCodes: refused("every 5xx counts as an error"),
};

const CLIENT_TLS: FieldTable = {
  mode: oneOfValues(["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]),
  clientCertificate: string("file-path"),
  privateKey: string("file-path"),
  caCertificates: string("file-path"),
  caCrl: refused("revocation lists are not read"),
  credentialName: refused("secrets are not served by name; give paths of files on the proxy's host"),
  "subjectAltNames[]": string("header-text"),
  sni: noted(
    string("header-text", 255),
    "With it and without subjectAltNames only the chain of the server's certificate is checked, not its name",
  ),
  insecureSkipVerify: explicit(boolean()),
};

const PORT_POLICY: FieldTable = {
  ...under("loadBalancer", LOAD_BALANCER),
  ...under("connectionPool", CONNECTION_POOL),
  ...under("outlierDetection", OUTLIER_DETECTION),
  ...under("tls", CLIENT_TLS),
};

export const TRAFFIC_POLICY: FieldTable = {
  ...PORT_POLICY,
  portLevelSettings: list(0, 4096),
  "portLevelSettings[].port": required(object()),
  "portLevelSettings[].port.number": required(port()),
  ...under("portLevelSettings[]", PORT_POLICY),
  tunnel: refused("connections are not tunnelled"),
  proxyProtocol: refused("the PROXY protocol is not written"),
  retryBudget: refused("retries are bounded by connectionPool.http.maxRetries"),
};
