const PART = "that one match of several is never reached is not told: the rule is";
const RELATIVE = "that a place among filters depends on what else is there is not told";
const NO_INSTANCE = "no workload is there that the service selects: it may come";

/** Where the analysis here says otherwise than Istio's own tests say of Istio's, and why. */
export const EXPLAINED_ANALYSES: readonly (readonly [what: string, why: string])[] = [
  ...["foo/productpage-d", "bar/productpage-d"].map(
    (name) =>
      [
        `virtualServiceConflictingMeshGatewayHostsWithExportTo: missed VirtualService/${name}`,
        "the more specific of two wildcards decides",
      ] as const,
  ),
  [
    "virtualServiceDestinationHosts: missed VirtualService/default/reviews-2port-missing",
    "it has no hosts, and is told so",
  ],
  [
    "virtualServiceDestinationHosts: missed VirtualService/hello/hello-export-to-bogus",
    "that a namespace in exportTo has nothing yet is not told",
  ],
  ["authorizationpolicies: missed AuthorizationPolicy/httpbin-empty/httpbin-empty-namespace-wide", NO_INSTANCE],
  ...["ns", "not-ns"].map(
    (what) =>
      [
        `authorizationpolicies: missed AuthorizationPolicy/httpbin/httpbin-bogus-${what}`,
        "a pattern is for namespaces that come, too",
      ] as const,
  ),
  ...[
    "almost-duplicate-match",
    "non-method-get",
    "overlapping-in-single-match",
    "overlapping-mathes-with-different-methods",
  ].map((name) => [`dupmatches: missed VirtualService/default/${name}`, PART] as const),
  ["dupmatches: missed VirtualService/none/tls-routing-almostmatch", PART],
  [
    "Route Rule no effect on Ingress: missed VirtualService/default/testing-service-01-test-01",
    "that a rule for the mesh does not hold behind a gateway is not told",
  ],
  ["EnvoyFilterUsesRelativeOperation: missed EnvoyFilter/bookinfo/test-relative-1", RELATIVE],
  ["EnvoyFilterUsesRelativeOperation: missed EnvoyFilter/bookinfo/test-relative-2", RELATIVE],
  ["EnvoyFilterUsesRemoveOperation: missed EnvoyFilter/bookinfo/test-remove-1", RELATIVE],
  [
    "ServiceEntry no conflict same protocol: found ServiceEntry/default/se-https-only-2",
    "callers know the port by one of its two names",
  ],
  ["DestinationRuleSubsetsNotSelectPods: missed DestinationRule/default/subsets-not-select-pods", NO_INSTANCE],
  [
    "DestinationRuleSubsetsWithTopologyLabels: found DestinationRule/default/subsets-with-topology-labels",
    "the place of a node of Kubernetes is not read",
  ],
];
