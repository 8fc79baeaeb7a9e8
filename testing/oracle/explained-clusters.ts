import type { Explained } from "#testing/oracle/explained-difference.ts";
import { FOR_HTTP2 } from "#testing/oracle/explained-inbound.ts";
import { MESH_MTLS_CAUSE, SUBSET_PORT_CAUSE } from "#testing/oracle/explained-mtls.ts";
import { at, listAt } from "#testing/oracle/json.ts";
import { type Cause, explainedBy, hasMember, withMembers, withoutMembers } from "#testing/oracle/without-causes.ts";
import type { Written } from "#testing/oracle/world.ts";
import { ofPort, someDocument } from "#testing/oracle/written-case.ts";

const HTTP_OPTIONS =
  '"@type":"type\\.googleapis\\.com/envoy\\.extensions\\.upstreams\\.http\\.v3\\.HttpProtocolOptions"';

const isOfNone = ofPort(({ resolution }) => resolution === "NONE");
const isLookedUpLate = ofPort(({ resolution }) => resolution === "DYNAMIC_DNS");
const isNotHttp = ofPort(({ protocol }) => /^(?:TCP|TLS|HTTPS|MONGO|)$/.test(protocol));

interface PortSettings {
  readonly port: { readonly number: number };
}

const without =
  (...names: readonly string[]) =>
  (documents: readonly Written[]): readonly Written[] =>
    withoutMembers(documents, names);
/** Members that are read here alone, and what differs of them. */
const readHere = (why: string, names: readonly string[], what: RegExp): Cause => ({
  why,
  what,
  isIn: (documents) => names.some((name) => hasMember(documents, name)),
  here: without(...names),
});

/** What has clusters do otherwise on purpose. */
export const CLUSTER_CAUSES: readonly Cause[] = [
  MESH_MTLS_CAUSE,
  SUBSET_PORT_CAUSE,
  {
    why: "UPGRADE holds for ports without protocol",
    what: /\.typedExtensionProtocolOptions\.(?:explicitHttpConfig: here \{"http2ProtocolOptions":.*, in Istio undefined|useDownstreamProtocolConfig: here undefined, in Istio )/,
    isIn: (documents) => hasMember(documents, "h2UpgradePolicy", (each) => each === "UPGRADE"),
    here: (documents) =>
      withMembers(documents, (name, value) => (name === "h2UpgradePolicy" ? "DO_NOT_UPGRADE" : value)),
  },
  readHere(
    "settings of HTTP/2 hold for what callers speak",
    FOR_HTTP2,
    /useDownstreamProtocolConfig\.http2ProtocolOptions\.(?:connectionKeepalive|maxConcurrentStreams): here .*, in Istio undefined$/,
  ),
  readHere(
    "answers that a rule says are errors count as ones",
    ["outlierDetectionHttpErrorCodes"],
    /\.typedExtensionProtocolOptions(?:\.outlierDetection)?: here \{.*(?:errorMatcher|"outlierDetection":).*, in Istio undefined$/,
  ),
  readHere(
    "verifyCertificateAtClient does what its field says",
    ["verifyCertificateAtClient"],
    /\.endpoints\[\]\.speaks\.(?:around\.)?context\.(?:combinedV|v)alidationContext: here /,
  ),
  {
    why: "the control plane reckons what zones share, which Istio leaves to Envoy",
    what: /\.commonLbConfig\.(?:zoneAwareLbConfig: here undefined, in Istio |localityWeightedLbConfig: here \{\}, in Istio undefined$)/,
    isIn: (documents) => hasMember(documents, "zoneAwareLbSetting"),
    here: without("zoneAwareLbSetting"),
    inIstio: without("zoneAwareLbSetting"),
  },
  {
    why: "of two settings for one port the first counts, for mTLS too",
    what: /(?:router|sidecar) \.endpoints\[\]\.speaks: here \{.*, in Istio undefined$/,
    isIn: (documents) => hasMember(documents, "portLevelSettings", (all) => firstOf(all).length < listOf(all).length),
    inIstio: (documents) =>
      withMembers(documents, (name, value) => (name === "portLevelSettings" ? firstOf(value) : value)),
  },
];

function listOf(settings: unknown): readonly PortSettings[] {
  return settings as readonly PortSettings[];
}

/** Of several settings for one port the first. */
function firstOf(settings: unknown): readonly PortSettings[] {
  const all = listOf(settings);
  return all.filter(({ port }, index) => all.findIndex((each) => each.port.number === port.number) === index);
}

/** Clusters that do otherwise on purpose. */
export const EXPLAINED_CLUSTERS: readonly Explained[] = [
  ...explainedBy("clusters", CLUSTER_CAUSES),
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
    why: "whom a ServiceEntry names is checked in requests too",
    what: /upstreamHttpProtocolOptions\.autoSanValidation: here undefined, in Istio true$/,
    holds: someDocument(
      "ServiceEntry",
      (entry, { where }) =>
        at(entry, "spec", "subjectAltNames") !== undefined &&
        listAt(entry, "spec", "hosts").includes(where.split("|").at(-1)),
    ),
  },
  {
    why: "settings of HTTP do nothing at a port of TCP",
    what: new RegExp(`\\.typedExtensionProtocolOptions: here undefined, in Istio \\{${HTTP_OPTIONS}`),
    holds: ofPort(({ protocol }) => /^(?:TCP|TLS|HTTPS|MONGO)$/.test(protocol)),
  },
  {
    why: "the certificate of a port that is not declared HTTP is checked for the host",
    what: /\.endpoints\[\]\.speaks\.(?:around\.)?(?:sni: here ".*", in Istio undefined|context\.combinedValidationContext: here \[.*\], in Istio \[\])$/,
    text: /mode: (?:SIMPLE|MUTUAL)/,
    holds: isNotHttp,
  },
].map((each) => ({ area: "clusters", ...each }));
