import type { Explained } from "#testing/oracle/explained-difference.ts";
import { ofPort } from "#testing/oracle/written-case.ts";

const HTTP_OPTIONS =
  '"@type":"type\\.googleapis\\.com/envoy\\.extensions\\.upstreams\\.http\\.v3\\.HttpProtocolOptions"';

const isOfNone = ofPort(({ resolution }) => resolution === "NONE");
const isLookedUpLate = ofPort(({ resolution }) => resolution === "DYNAMIC_DNS");
const isOfTcp = ofPort(({ protocol }) => /^(?:TCP|TLS|HTTPS|MONGO)$/.test(protocol));
const isNotHttp = ofPort(({ protocol }) => /^(?:TCP|TLS|HTTPS|MONGO|)$/.test(protocol));
const isUnsaid = ofPort(({ protocol }) => protocol === "");

/** Clusters that do otherwise on purpose. */
export const EXPLAINED_CLUSTERS: readonly Explained[] = [
  {
    why: "what has no endpoints is looked up by gateways",
    what: /^router \.type: here "LOGICAL_DNS", in Istio "EDS"$/,
    holds: isOfNone,
  },
  {
    why: "of a wildcard without endpoints gateways ask nobody for some",
    what: /^router \.type: here "STATIC", in Istio "EDS"$/,
    where: /\|\*\./,
    holds: isOfNone,
  },
  {
    why: "what has no endpoints is looked up by gateways",
    what: /^router \.endpoints: here \[\{"at":\{"address".*, in Istio \[\]$/,
    holds: isOfNone,
  },
  {
    why: "what is without endpoints is there, and empty",
    what: /^(?:router|sidecar) : here a (?:STRICT|LOGICAL)_DNS (?:cluster|subset) with 0 endpoints, in Istio none$/,
  },
  {
    why: "a subset of what is looked up as calls ask for it is there",
    what: /^(?:router|sidecar) : here a STATIC subset with 0 endpoints, in Istio none$/,
    where: /\|\*\./,
    holds: isLookedUpLate,
  },
  {
    why: "settings of HTTP do nothing at a port of TCP",
    what: new RegExp(`\\.typedExtensionProtocolOptions: here undefined, in Istio \\{${HTTP_OPTIONS}`),
    holds: isOfTcp,
  },
  {
    why: "the certificate of a port that is not declared HTTP is checked for the host",
    what: /\.endpoints\[\]\.speaks\.(?:around\.)?(?:sni: here ".*", in Istio undefined|context\.combinedValidationContext: here \[.*\], in Istio \[\])$/,
    text: /mode: (?:SIMPLE|MUTUAL)/,
    holds: isNotHttp,
  },
  {
    why: "UPGRADE holds for ports without protocol",
    what: /\.typedExtensionProtocolOptions\.(?:explicitHttpConfig: here \{"http2ProtocolOptions":.*, in Istio undefined|useDownstreamProtocolConfig: here undefined, in Istio )/,
    text: /h2UpgradePolicy: UPGRADE/,
    holds: isUnsaid,
  },
  {
    why: "settings of HTTP/2 hold for what callers speak",
    what: /useDownstreamProtocolConfig\.http2ProtocolOptions\.(?:connectionKeepalive|maxConcurrentStreams): here .*, in Istio undefined$/,
    text: /http2KeepAlive|maxConcurrentStreams/,
  },
  {
    why: "credentials by name are gateways': a sidecar that a rule is for speaks plain text",
    what: /^sidecar \.endpoints\[\]\.speaks: here undefined, in Istio \{/,
    text: /workloadSelector:[\s\S]*credentialName:/,
  },
  {
    why: "of two settings for one port the first counts, for mTLS too",
    what: /^(?:router|sidecar) \.endpoints\[\]\.speaks: here \{.*, in Istio undefined$/,
    text: /portLevelSettings:\n(?: .*\n)*? +(?:- )?port:\n +number: (\d+)\n(?:(?! +portLevelSettings:) .*\n)*? +(?:- )?port:\n +number: \1\n/,
  },
  {
    why: "answers that a rule says are errors count as ones",
    what: /\.typedExtensionProtocolOptions(?:\.outlierDetection)?: here \{.*(?:errorMatcher|"outlierDetection":).*, in Istio undefined$/,
    text: /outlierDetectionHttpErrorCodes/,
  },
  {
    why: "whom a ServiceEntry names is checked in requests too",
    what: /upstreamHttpProtocolOptions\.autoSanValidation: here undefined, in Istio true$/,
    text: /\n {2}subjectAltNames:\n/,
  },
  {
    why: "the control plane reckons what zones share, which Istio leaves to Envoy",
    what: /\.commonLbConfig\.(?:zoneAwareLbConfig: here undefined, in Istio |localityWeightedLbConfig: here \{\}, in Istio undefined$)/,
    text: /zoneAwareLbSetting/,
  },
  {
    why: "what the mesh asks of its own mTLS holds for callers too",
    what: /\.endpoints\[\]\.speaks\.(?:around\.)?context\.tlsParams\.(?:cipherSuites: here \[.*\], in Istio undefined|tlsMinimumProtocolVersion: here "TLSv1_3", in Istio "TLSv1_2")$/,
    text: /^ {2}meshMTLS:$/m,
  },
  {
    why: "verifyCertificateAtClient does what its field says",
    what: /\.endpoints\[\]\.speaks\.(?:around\.)?context\.(?:combinedV|v)alidationContext: here /,
    text: /verifyCertificateAtClient: false[\s\S]*mode: (?:SIMPLE|MUTUAL)/,
  },
].map((each) => ({ area: "clusters", ...each }));
