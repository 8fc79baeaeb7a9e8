import {
  at,
  canonical,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  omit,
  textAt,
} from "#testing/oracle/json.ts";

type Draft = Record<string, Json>;
const HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
/** What names a cluster, counts it or resolves it, and decides nothing about a request. */
const ASIDE = [
  "name",
  "altStatName",
  "metadata",
  "edsClusterConfig",
  "loadAssignment",
  "filters",
  "dnsJitter",
  "dnsRefreshRate",
  "respectDnsTtl",
  "dnsLookupFamily",
  "typedDnsResolverConfig",
  "perConnectionBufferLimitBytes",
  // What each endpoint is spoken to is with the endpoints.
  "transportSocket",
  "transportSocketMatches",
];
const PLAIN_HTTP = canonical({
  "@type": `type.googleapis.com/${HTTP}`,
  explicitHttpConfig: { httpProtocolOptions: {} },
});
const MIN_WEIGHT_OF_ENVOY = 10;
const RING_SIZE_OF_ENVOY = 1024;
const MAX_EJECTION_OF_ENVOY = 10;

/** What a cluster does, without what only names it, and with what has several spellings in one of them. */
export function describeCluster(cluster: Json): JsonObject {
  const out: Draft = structuredClone(isObject(cluster) ? { ...cluster } : {});
  for (const name of ASIDE) delete out[name];
  const thresholds = listAt(out.circuitBreakers, "thresholds");
  if (thresholds.length > 0) out.circuitBreakers = thresholds.map((each) => omit(each, "trackRemaining"));
  if (at(out.outlierDetection, "maxEjectionPercent") === MAX_EJECTION_OF_ENVOY)
    out.outlierDetection = omit(out.outlierDetection, "maxEjectionPercent");
  if (numberAt(out.ringHashLbConfig, "minimumRingSize") === RING_SIZE_OF_ENVOY) delete out.ringHashLbConfig;
  out.typedExtensionProtocolOptions = describeProtocol(at(out.typedExtensionProtocolOptions, HTTP));
  if (out.clusterType !== undefined) describeLookedUp(out, at(cluster, "transportSocket") !== undefined);
  for (const name of ["leastRequestLbConfig", "roundRobinLbConfig"]) out[name] = describeBalancer(out[name]);
  return out;
}

/** Of what is looked up as calls ask for it nobody is chosen; names of servers are checked where TLS is spoken to them. */
function describeLookedUp(out: Draft, isTls: boolean): void {
  out.clusterType = textAt(out.clusterType, "name");
  delete out.commonLbConfig;
  const options = out.typedExtensionProtocolOptions;
  if (isTls || options === undefined) return;
  const rest = omit(options, "upstreamHttpProtocolOptions");
  out.typedExtensionProtocolOptions = canonical(rest) === PLAIN_HTTP ? undefined : rest;
}

/** Without what is Envoy's default, and without the names under which settings could be changed at run time. */
function describeBalancer(config: Json): Json {
  const slowStart = at(config, "slowStartConfig");
  if (slowStart === undefined) return config;
  const aggression = numberAt(slowStart, "aggression", "defaultValue") ?? 1;
  const minWeightPercent = numberAt(slowStart, "minWeightPercent", "value") ?? MIN_WEIGHT_OF_ENVOY;
  return { ...omit(config), slowStartConfig: { ...omit(slowStart), aggression, minWeightPercent } };
}

function describeProtocol(given: Json): Json {
  const common = at(given, "commonHttpProtocolOptions");
  const isEmpty = isObject(common) && Object.keys(common).length === 0;
  const options = isEmpty ? omit(given, "commonHttpProtocolOptions") : given;
  // HTTP/1.1 without settings is what there is without options.
  return canonical(options) === PLAIN_HTTP ? undefined : options;
}
