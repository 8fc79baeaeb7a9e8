/** Where the schemas here say otherwise than the published CRDs on purpose: of what, and why. */
export const EXPLAINED_CRD: readonly (readonly [what: RegExp, why: string])[] = [
  [
    /: field (?:zoneAwareLbSetting|backendUtilization|http2KeepAlive|outlierDetectionHttpErrorCodes|ecdhCurves|insecureSkipVerify|prefixRewrite|trustDomains|notTrustDomains|presence|disableContextPropagation) is not in the CRD$/,
    "later than the release that is published as a package (1.29)",
  ],
  [
    /(?:destination|mirror|portLevelSettings\[\])\.port: number is not required in the CRD$/,
    "Istio's webhook requires it, or the settings of no port are left out",
  ],
  [/portLevelSettings\[\]: port is not required in the CRD$/, "the settings of no port are left out"],
  [/^Gateway : servers is not required in the CRD$/, "Istio's webhook requires it"],
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
