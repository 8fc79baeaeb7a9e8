import { at, canonical, isObject, type Json, type JsonObject, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

type Draft = Record<string, Json>;

/** What a route does, without what only names it, and with what has several spellings in one of them. */
export function describeRoute(virtualHost: Json, route: Json): Json {
  if (virtualHost === undefined || route === undefined) return "404";
  const requiresTls = textAt(virtualHost, "requireTls");
  if (requiresTls !== undefined && requiresTls !== "NONE") return "redirect to https";
  const out: Draft = {};
  for (const [key, value] of Object.entries(isObject(route) ? route : {})) {
    if (["metadata", "decorator", "name", "match", "statPrefix"].includes(key)) continue;
    if (key === "route") out.route = describeAction(value);
    else if (key === "redirect") out.redirect = without(value, (name, each) => name === "pathRedirect" && each === "");
    else if (key === "typedPerFilterConfig") out.filters = describeFilters(value);
    else out[key] = value;
  }
  return headersInOrder(out);
}

function describeAction(action: Json): Json {
  const out: Draft = { ...(isObject(action) ? action : {}) };
  const clusters = listAt(action, "weightedClusters", "clusters");
  if (clusters.length > 0) out.weightedClusters = describeWeights(clusters);
  if (out.retryPolicy !== undefined) out.retryPolicy = describeRetries(out.retryPolicy);
  // It is told where it is written anew, and nowhere else.
  if (![action, ...clusters].some(rewritesHost)) delete out.appendXForwardedHost;
  const mirrors = listAt(action, "requestMirrorPolicies");
  if (mirrors.length > 0)
    out.requestMirrorPolicies = mirrors.map((each) => ({
      cluster: textAt(each, "cluster"),
      share: shareOf(at(each, "runtimeFraction", "defaultValue")),
    }));
  // Hashing by nothing is no hashing, and by one thing twice is once.
  const policies = new Map(listAt(action, "hashPolicy").map((each) => [canonical(each), each]));
  policies.delete('{"connectionProperties":{}}');
  const hashed = [...policies.values()];
  if (hashed.length === 0) delete out.hashPolicy;
  else out.hashPolicy = hashed;
  return out;
}

function rewritesHost(holder: Json): boolean {
  return (
    isObject(holder) && Object.keys(holder).some((key) => key === "autoHostRewrite" || key.startsWith("hostRewrite"))
  );
}

/** Clusters by what they get; those that get nothing are left out. */
function describeWeights(clusters: readonly Json[]): Json {
  return clusters
    .filter((each) => (numberAt(each, "weight") ?? 0) > 0)
    .map((each) => headersInOrder({ ...(isObject(each) ? each : {}) }));
}

function describeRetries(policy: Json): Json {
  const out: Draft = { ...(isObject(policy) ? policy : {}) };
  if (out.retryHostPredicate === undefined) delete out.hostSelectionRetryMaxAttempts;
  const conditions = (textAt(policy, "retryOn") ?? "").split(",");
  // Without codes there is nothing that the condition could mean.
  out.retryOn = conditions.filter(
    (each) => each !== "retriable-status-codes" || out.retriableStatusCodes !== undefined,
  );
  // Istio takes Envoy's own back-off by not naming it; here it is shorter where a rule is silent.
  if (canonical(out.retryBackOff) === '{"baseInterval":"0.001s","maxInterval":"0.025s"}') delete out.retryBackOff;
  return out;
}

function describeFilters(filters: Json): Json {
  const out: Draft = {};
  for (const [name, value] of Object.entries(isObject(filters) ? filters : {})) {
    // Who is let in is compared apart.
    if (name.includes("rbac")) continue;
    const config: Draft = { ...(isObject(value) ? value : {}) };
    if (config.filterEnabled !== undefined) config.filterEnabled = shareOf(at(config.filterEnabled, "defaultValue"));
    if (config.forwardNotMatchingPreflights === true) delete config.forwardNotMatchingPreflights;
    for (const part of ["delay", "abort"])
      if (isObject(config[part]))
        config[part] = { ...config[part], percentage: shareOf(at(config[part], "percentage"), 0) };
    out[name] = config;
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

/** A FractionalPercent as a number from 0 to 1. */
function shareOf(percent: Json, byDefault = 1): number {
  if (percent === undefined) return byDefault;
  const denominator = { MILLION: 1_000_000, TEN_THOUSAND: 10_000 }[textAt(percent, "denominator") ?? ""] ?? 100;
  return (numberAt(percent, "numerator") ?? 0) / denominator;
}

const HEADER_LISTS = [
  "requestHeadersToAdd",
  "responseHeadersToAdd",
  "requestHeadersToRemove",
  "responseHeadersToRemove",
];

/** Headers of different names are written in any order, and to overwrite one twice is to do it once. */
function headersInOrder(holder: JsonObject): JsonObject {
  const out: Draft = { ...holder };
  for (const name of HEADER_LISTS) {
    const overwritten = new Set<string>();
    const list = listAt(holder, name).filter((each) => {
      if (textAt(each, "appendAction") !== "OVERWRITE_IF_EXISTS_OR_ADD") return each !== "x-pharos-peer";
      const text = canonical(each);
      const isFirst = !overwritten.has(text);
      overwritten.add(text);
      return isFirst;
    });
    if (list.length === 0) delete out[name];
    else out[name] = [...list].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
  }
  return out;
}

function without(value: Json, drop: (name: string, value: Json) => boolean): Json {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).filter(([name, each]) => !drop(name, each)));
}
