import type { Explained } from "#testing/oracle/explained-difference.ts";

const POLICY = /trafficPolicy\.(?:portLevelSettings\[\]\.)?/.source;

/** Documents that are judged otherwise on purpose. */
export const EXPLAINED_VALIDATION: readonly Explained[] = (
  [
    ["a field that is null is read as not set", /^taken .*(?:Invalid value: "null"|: null: supported values)/],
    [
      "a port that is null is read as not set",
      /^taken (?:WorkloadEntry|WorkloadGroup|ServiceEntry) .*port number 0 must be in the range/,
      /: null$/m,
    ],
    [
      "an empty list of accounts is not set",
      /^taken AuthorizationPolicy .*Cannot set serviceAccounts with namespaces or principals/,
      /(?:erviceAccounts|amespaces|rincipals): \[\]/,
    ],
    [
      "a gateway ./NAME is the rule's own namespace's",
      /^taken VirtualService .*invalid value for namespace: … ?$/,
      /- \.\//,
    ],
    ["probes by gRPC work here", /^taken WorkloadGroup .*unknown health check method \*v1alpha3\.ReadinessProbe_Grpc$/],
    ["an empty duration is not set", /^taken .*(?:invalid duration|must be a valid duration|time: invalid)/, /: ""/],
    [
      "an account becomes part of a SPIFFE id",
      /^refused (?:WorkloadEntry|WorkloadGroup|ServiceEntry) .*serviceAccount: … is not a DNS name in lower case$/,
    ],
    [
      "no workload has such an account",
      /^refused AuthorizationPolicy .*erviceAccounts\[\]: … is neither ACCOUNT nor NAMESPACE\/ACCOUNT$/,
    ],
    [
      "there is no port 0",
      /^refused AuthorizationPolicy .*operation\.(?:ports|notPorts)\[\]: … is not a port/,
      /^ +- "0"$/m,
    ],
    ["nothing is stored under such a name", /redentialNames?(?:\[\])?: (?:is empty|… is not \[NAMESPACE\/\]NAME)/],
    [
      "the field is newer than the Istio that is asked",
      /^taken (?:(?:Gateway|Sidecar) .*unknown fields .*tls\.ecdhCurves|DestinationRule .*unknown fields .*backendUtilization)/,
    ],
    [
      "Envoy refuses such a hash, or a curve of that name",
      /(?:verifyCertificate(?:Spki|Hash)\[\]: … is not the SHA-256|ecdhCurves\[\])/,
    ],
    ["an empty name would be trusted", /subjectAltNames\[\]: is empty$/],
    ["an empty header name is no key", /httpHeaderName: is empty$|httpQueryParameterName: is empty$/],
    ["Envoy refuses a parameter without a name", /^refused VirtualService .*queryParams\.…: is empty$/],
    ["httpsRedirect on HTTPS says two things", /tls\.httpsRedirect: httpsRedirect is for HTTP, not (?:HTTPS|TLS)$/],
    ["the newest version is older than the oldest", /tls\.maxProtocolVersion: \w+ is older than the oldest version/],
    ["an instance has a literal address", /^refused WorkloadGroup .*spec\.template\.address: /],
    ["a probe's host must be a name", /^refused WorkloadGroup .*spec\.probe\.(?:httpGet|tcpSocket)\.host: /],
    [
      "no workload could have such a label",
      /(?:spec|endpoints\[\]|template|subsets\[\])\.labels\.\S+: .*(?:label key|label value)/,
    ],
    [
      "such a probe is not worth waiting for",
      /^refused WorkloadGroup .*spec\.probe\.\w+: \d+ is out of range: [01] to 86400$/,
    ],
    [
      "HTTP has no such header name",
      /^refused VirtualService .*(?:headers|withoutHeaders)\.[\w.[\]…]+: … is not a header name$/,
    ],
    ["HTTP has no such header name", /headers\.(?:request|response)\.remove\[\]: … is not a header name$/],
    ["HTTP has no such header name", /when\[\]\.key: … is not a condition Pharos knows/, /request\.headers\[a b\]/],
    ["HTTP has no such header name", /^refused Telemetry .*customTags\.\S+\.header\.name: … is not a header name$/],
    ["HTTP has no such header name", /consistentHash\.httpHeaderName: … is not a header name$/],
    [
      "HTTP has no such header name",
      /^refused RequestAuthentication .*(?:fromHeaders\[\]\.name|outputPayloadToHeader): … is not a header name$/,
    ],
    [
      "a tag without a value is none",
      /^refused Telemetry .*customTags\.\S+: needs one of literal, environment, header, formatter$/,
    ],
    ["there is no such port", new RegExp(`${POLICY}port\\.number: -?\\d+ is out of range: 1 to 65535$`)],
    ["a port of settings is named", /portLevelSettings\[\]\.port(?:\.number)?: (?:number|port) is missing$/],
    ["Envoy has no such redirect", /redirect\.redirectCode: (?:30[04569]|3[1-9]\d) (?:must be one of|is out of range)/],
    ["Envoy has no such status", /(?:directResponse\.status|fault\.abort\.httpStatus): 600 is out of range/],
    ["a body is a text or bytes", /directResponse\.body: needs one of/],
    ["it delays nothing", /fault\.delay\.fixedDelay: fixedDelay is missing$|fault\.delay: needs one of/],
    ["it aborts with nothing", /fault\.abort: needs one of httpStatus, grpcStatus, http2Error$/],
    ["a match of a text without a text", /match\[\]\.[\w.[\]…]+: needs one of exact, prefix, regex$/],
    [
      "ISTIO_MUTUAL has its own certificates",
      /tls\.\w+: ISTIO_MUTUAL uses the mesh's own certificates; no file may be given$/,
    ],
    [
      "what becomes a label is one's value",
      /^refused (?:WorkloadEntry|WorkloadGroup|ServiceEntry) bad-value spec\.(?:template\.|endpoints\[\]\.)?network: … is not a label value/,
    ],
    [
      "there are no gateways between networks: who has no address cannot be called",
      /^refused (?:WorkloadEntry|ServiceEntry) missing-field spec(?:\.endpoints\[\])?: address is missing$/,
      /^ +network: \S/m,
    ],
    [
      "nobody means a service by such an address",
      /^refused ServiceEntry bad-value spec\.addresses\[\]: .*leads to no one service$/,
    ],
    [
      "warm-up is for two balancers",
      /loadBalancer\.warmup(?:DurationSecs)?: warmup goes only with ROUND_ROBIN and LEAST_REQUEST$/,
    ],
    [
      "it switches retries off and says how they are made",
      /retries\.(?:retryIgnorePreviousHosts|backoff): without attempts switches/,
    ],
    ["Envoy refuses it", /sniHosts\[\]: … has a wildcard for a part of a label/],
    ["there is nothing to delegate to", /delegate(?:\.name)?: name is missing$/],
    ["Envoy refuses it", /ringHash\.minimumRingSize: \d+ is out of range/],
    [
      "Linux refuses it",
      /tcpKeepalive\.(?:probes: \d+ is out of range: 0 to 127|(?:time|interval): … is (?:shorter than 1s|longer than 32767s|not a whole number of milliseconds))/,
    ],
    [
      "no place has such a name",
      /^refused (?:Workload(?:Entry|Group)|ServiceEntry) bad-value spec\.(?:template\.|endpoints\[\]\.)?locality: … is not region\/zone\/subzone/,
    ],
    ["no place has such a name", /^refused \w+ bad-value spec\.(?:\S+\.)?locality: is longer than 256 bytes$/],
    ["Envoy refuses it without", /^refused EnvoyFilter needs-field spec\.configPatches\[\]\.patch\.value\.name: /],
    [
      "the name of a Sidecar's port says its protocol, and nothing else",
      /^taken Sidecar parse: configuration is invalid: invalid port name: /,
    ],
    ["no environment has such a name", /^refused ProxyConfig bad-value spec\.environmentVariables\.\S*:/],
    ["what is fetched is known", /^refused (?:WasmPlugin|TrafficExtension) needs-field spec\.(?:wasm\.)?sha256: /],
    [
      "an empty name is not set",
      /^taken (?:WasmPlugin|TrafficExtension) .*pluginName in body should be at least 1 chars/,
    ],
    [
      "an empty list of targets is not set",
      /^taken (?:Telemetry|RequestAuthentication|AuthorizationPolicy|WasmPlugin|TrafficExtension) .*only one of targetRefs or selector can be set/,
      /^ +targetRefs: \[\]$/m,
    ],
    [
      "there is no port for a listener of its own",
      /^refused Sidecar needs-field spec\.egress\[\]: a listener of its own needs/,
    ],
    [
      "a share is a hundred at most",
      /^refused VirtualService .*fault\.(?:delay|abort)\.percent: \d+ is out of range: 0 to 100$/,
    ],
    ["no service has so many endpoints", /minClusterSize: \d+ is out of range: 1 to 2147483647$/],
    [
      "Istio does not look at how it is found",
      /^refused EnvoyFilter conflicting-fields spec\.configPatches\[\]\.match\.\w+: LISTENER_FILTER is not found by/,
    ],
    [
      "no page has such an origin",
      /^refused VirtualService bad-value spec\.http\[\]\.corsPolicy\.allowOrigin\[\]: is empty$/,
    ],
    [
      "what authorities have revoked says nothing without them",
      /^refused DestinationRule needs-field spec\.(?:\S+\.)?tls\.caCrl: caCrl says what/,
    ],
    ["Envoy counts milliseconds", /(?:connectionPool\.tcp|retryBudget)\.\w+: … is not a whole number of milliseconds$/],
    ["there is no label without a name", /(?:locality|zoneAware)LbSetting\.failoverPriority\[\]: is empty$/],
    [
      "Prometheus has no such label",
      /^refused Telemetry bad-value .*tagOverrides\.…: … is (?:not the name of a label|a name that Prometheus keeps)/,
    ],
    [
      "an address is looked at also where there is no port",
      /^refused Sidecar bad-value spec\.egress\[\]\.bind: … is not an IP address$/,
    ],
    [
      "a field that is null is read as not set",
      /^taken VirtualService .*authority header cannot be set multiple times/,
      /(?:host|:authority): null/i,
    ],
    ["Istio's webhook stops at a name before it", /gateways\[\]: … is neither `mesh`, NAME nor NAMESPACE\/NAME$/],
  ] as const
).map(([why, what, text]) => ({ area: "validation", why, what, ...(text === undefined ? {} : { text }) }));
