const RELATIVE = "it is told where another EnvoyFilter inserts what the place is named by";
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
  ...["non-method-get", "overlapping-in-single-match"].map(
    (name) =>
      [
        `dupmatches: missed VirtualService/default/${name}`,
        "a match that another one of the same rule takes changes nothing",
      ] as const,
  ),
  ...["02", "03"].map(
    (test) =>
      [
        `certificate duplication in Gateway: found Gateway/istio-system/gateway-02-test-${test}`,
        "a workload has both, and clients meet it whichever name they came for",
      ] as const,
  ),
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
