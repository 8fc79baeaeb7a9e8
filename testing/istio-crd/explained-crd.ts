type Explanation = readonly [what: RegExp, why: string];

/** Fields that came after the release that is published as a package (1.29). */
export const LATER: Explanation = [
  /: field (?:zoneAwareLbSetting|http2KeepAlive|outlierDetectionHttpErrorCodes|insecureSkipVerify|prefixRewrite|trustDomains|notTrustDomains|disableContextPropagation|budgetInterval) is not in the CRD$/,
  "later than 1.29",
];

/** And those that came after the Istio that the oracle is made of. */
const LATEST: Explanation = [
  /: field (?:backendUtilization|ecdhCurves|presence) is not in the CRD$/,
  "later than August 2026",
];

/** Of fields that a later release has, and the published one has not. */
export const OF_LATER: Explanation = [
  /http2KeepAlive: (?:interval|timeout) is not required in the CRD$/,
  "Istio's webhook requires both",
];

/** Where the schemas here say otherwise than the published CRDs on purpose: of what, and why. */
export const EXPLAINED_CRD: readonly Explanation[] = [
  LATER,
  LATEST,
  [
    /(?:destination|mirror|egressProxy|portLevelSettings\[\])\.port: number is not required in the CRD$/,
    "Istio's webhook requires it, or the settings of no port are left out",
  ],
  [/portLevelSettings\[\]: port is not required in the CRD$/, "the settings of no port are left out"],
  [
    /^EnvoyFilter configPatches\[\].*: (?:applyTo|patch|operation) is not required in the CRD$/,
    "a patch without it does nothing",
  ],
  [/^EnvoyFilter .*: no value INVALID$/, "Istio's webhook refuses it"],
  [/^EnvoyFilter .*: value MERGE_AND_REPLACE_LIST is not in the CRD$/, "later than 1.29"],
  [/^EnvoyFilter .*patch\.value: is a json, and in the CRD (?:object|any)$/, "it is whatever Envoy's API has"],
  [
    /^(?:WasmPlugin|TrafficExtension) .*pluginConfig: is a json, and in the CRD (?:object|any)$/,
    "it is whatever the module reads",
  ],
  [/^Gateway : servers is not required in the CRD$/, "Istio's webhook requires it"],
  [/^AuthorizationPolicy provider: name is not required in the CRD$/, "Istio's webhook requires it"],
  [
    /accessLogging\[\]\.filter: expression is not required in the CRD$/,
    "an empty expression takes nothing, and Envoy refuses it",
  ],
  [/^Sidecar \w+\[\]\.port: number is not required in the CRD$/, "Istio's webhook requires it"],
  [/delegate: name is not required in the CRD$/, "there is nothing to delegate to"],
  [/uriRegexRewrite: (?:match|rewrite) is not required in the CRD$/, "Istio's webhook requires both"],
  [/fault\.delay: fixedDelay is not required in the CRD$/, "it delays nothing"],
  [/probe\.httpGet\.httpHeaders\[\]: name is not required in the CRD$/, "Istio's webhook requires it"],
  [/probe\.grpc: port is not required in the CRD$/, "there is no port 0"],
  [/rules\[\]\.(?:from|to)\[\]: (?:source|operation) is not required in the CRD$/, "Istio's webhook requires it"],
  [
    /consistentHash: \w+ and \w+ do not exclude each other$/,
    "validation says so, which knows both ways to write a ring's size",
  ],
  [
    /^AuthorizationPolicy rules\[\]\.from\[\]\.source\.\w+: maxItems 16 is not held to$/,
    "lists of accounts may be as long as the others",
  ],
];
