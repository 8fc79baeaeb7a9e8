import type { Explained } from "#testing/oracle/explained-difference.ts";

const HTTP_OPTIONS =
  '"@type":"type\\.googleapis\\.com/envoy\\.extensions\\.upstreams\\.http\\.v3\\.HttpProtocolOptions"';

/** Clusters that do otherwise on purpose. */
export const EXPLAINED_CLUSTERS: readonly Explained[] = (
  [
    [
      "what has no endpoints is looked up by gateways",
      /^router \.type: here "LOGICAL_DNS", in Istio "EDS"$/,
      /resolution: NONE/,
    ],
    [
      "of a wildcard without endpoints gateways ask nobody for some",
      /^router \.type: here "STATIC", in Istio "EDS"$/,
      /resolution: NONE/,
    ],
    [
      "what has no endpoints is looked up by gateways",
      /^router \.endpoints: here \[\{"at":\{"address".*, in Istio \[\]$/,
      /resolution: NONE/,
    ],
    [
      "what is without endpoints is there, and empty",
      /^(?:router|sidecar) : here a (?:STRICT|LOGICAL)_DNS (?:cluster|subset) with 0 endpoints, in Istio none$/,
    ],
    [
      "a subset of what is looked up as calls ask for it is there",
      /^(?:router|sidecar) : here a STATIC subset with 0 endpoints, in Istio none$/,
      /resolution: DYNAMIC_DNS/,
      /\|\*\./,
    ],
    [
      "settings of HTTP do nothing at a port of TCP",
      new RegExp(`\\.typedExtensionProtocolOptions: here undefined, in Istio \\{${HTTP_OPTIONS}`),
      /protocol: (?:TCP|TLS|HTTPS|MONGO)/,
    ],
    [
      "a TCP port's certificate is checked for the host",
      /\.endpoints\[\]\.speaks\.(?:around\.)?(?:sni: here ".*", in Istio undefined|context\.combinedValidationContext: here \[.*\], in Istio \[\])$/,
      /mode: (?:SIMPLE|MUTUAL)/,
    ],
    [
      "UPGRADE holds for ports without protocol",
      /\.typedExtensionProtocolOptions\.(?:explicitHttpConfig: here \{"http2ProtocolOptions":.*, in Istio undefined|useDownstreamProtocolConfig: here undefined, in Istio )/,
      /h2UpgradePolicy: UPGRADE/,
    ],
    [
      "settings of HTTP/2 hold for what callers speak",
      /useDownstreamProtocolConfig\.http2ProtocolOptions\.(?:connectionKeepalive|maxConcurrentStreams): here .*, in Istio undefined$/,
      /http2KeepAlive|maxConcurrentStreams/,
    ],
    [
      "credentials by name are gateways': a sidecar that a rule is for speaks plain text",
      /^sidecar \.endpoints\[\]\.speaks: here undefined, in Istio \{/,
      /workloadSelector:[\s\S]*credentialName:/,
    ],
    [
      "of two settings for one port the first counts, for mTLS too",
      /^(?:router|sidecar) \.endpoints\[\]\.speaks: here \{.*, in Istio undefined$/,
      /portLevelSettings:\n(?: .*\n)*? +(?:- )?port:\n +number: (\d+)\n(?:(?! +portLevelSettings:) .*\n)*? +(?:- )?port:\n +number: \1\n/,
    ],
    [
      "answers that a rule says are errors count as ones",
      /\.typedExtensionProtocolOptions(?:\.outlierDetection)?: here \{.*(?:errorMatcher|"outlierDetection":).*, in Istio undefined$/,
      /outlierDetectionHttpErrorCodes/,
    ],
    [
      "whom a ServiceEntry names is checked in requests too",
      /upstreamHttpProtocolOptions\.autoSanValidation: here undefined, in Istio true$/,
      /\n {2}subjectAltNames:\n/,
    ],
    [
      "the control plane reckons what zones share, which Istio leaves to Envoy",
      /\.commonLbConfig\.(?:zoneAwareLbConfig: here undefined, in Istio |localityWeightedLbConfig: here \{\}, in Istio undefined$)/,
      /zoneAwareLbSetting/,
    ],
  ] as const
).map(([why, what, text, where]) => ({
  area: "clusters",
  why,
  what,
  ...(text === undefined ? {} : { text }),
  ...(where === undefined ? {} : { where }),
}));
