import type { Counterparts } from "#core/check/counterpart.ts";

const KUBERNETES = "it is about what Kubernetes runs";
const GATEWAY_API = "Kubernetes' Gateway API is not read";
const INSTALL = "it is about how Istio is installed";
const ANNOTATIONS = "annotations of Kubernetes' objects are not read";
const SERVICES = "Kubernetes' Services are not read";
const SELECTOR = "selector-matches-nothing";

/** The messages of Istio's analysis, by their codes. */
export const ISTIO_MESSAGES: Counterparts = {
  IST0001: ["InternalError", "it is no finding"],
  IST0002: ["Deprecated", ["field-not-handled"]],
  IST0101: [
    "ReferencedResourceNotFound",
    [
      "destination-host-not-found",
      "subset-not-found",
      "gateway-not-found",
      "namespace-not-found",
      "credential-not-usable",
    ],
  ],
  IST0102: ["NamespaceNotInjected", KUBERNETES],
  IST0103: ["PodMissingProxy", KUBERNETES],
  IST0106: [
    "SchemaValidationError",
    ["bad-value", "missing-field", "unknown-field", "wrong-type", "one-of", "conflicting-fields", "needs-field"],
  ],
  IST0107: ["MisplacedAnnotation", ANNOTATIONS],
  IST0108: ["UnknownAnnotation", ANNOTATIONS],
  IST0109: ["ConflictingMeshGatewayVirtualServiceHosts", ["duplicate-host"]],
  IST0110: ["ConflictingSidecarWorkloadSelectors", ["several-sidecars"]],
  IST0111: ["MultipleSidecarsWithoutWorkloadSelectors", ["several-sidecars"]],
  IST0112: ["VirtualServiceDestinationPortSelectorRequired", ["destination-port-ambiguous"]],
  IST0116: ["DeploymentAssociatedToMultipleServices", KUBERNETES],
  IST0118: ["PortNameIsNotUnderNamingConvention", "the protocol of such a port is detected"],
  IST0123: ["NamespaceMultipleInjectionLabels", KUBERNETES],
  IST0125: ["InvalidAnnotation", ["annotation-not-handled", "health-annotation"]],
  IST0126: ["UnknownMeshNetworksServiceRegistry", "there is one network"],
  IST0127: ["NoMatchingWorkloadsFound", [SELECTOR]],
  IST0128: [
    "NoServerCertificateVerificationDestinationLevel",
    "without caCertificates the authorities that the host trusts are believed",
  ],
  IST0129: [
    "NoServerCertificateVerificationPortLevel",
    "without caCertificates the authorities that the host trusts are believed",
  ],
  IST0130: ["VirtualServiceUnreachableRule", ["unreachable-rule"]],
  IST0131: ["VirtualServiceIneffectiveMatch", ["unreachable-match"]],
  IST0132: ["VirtualServiceHostNotFoundInGateway", ["gateway-host-not-found"]],
  IST0133: ["SchemaWarning", ["no-effect", "duplicate-value", "weight-sum", "denies-tcp", "implicit-deny"]],
  IST0134: ["ServiceEntryAddressesRequired", "a service of TCP without addresses gets one of its own"],
  IST0135: ["DeprecatedAnnotation", ANNOTATIONS],
  IST0136: ["AlphaAnnotation", ANNOTATIONS],
  IST0137: ["DeploymentConflictingPorts", KUBERNETES],
  IST0138: ["GatewayDuplicateCertificate", ["duplicate-certificate"]],
  IST0139: ["InvalidWebhook", INSTALL],
  IST0140: ["IngressRouteRulesNotAffected", ["mesh-rule-not-at-gateway"]],
  IST0141: ["InsufficientPermissions", INSTALL],
  IST0142: ["UnsupportedKubernetesVersion", INSTALL],
  IST0143: [
    "LocalhostListener",
    "agents call applications on loopback: that one listens nowhere else is as it should be",
  ],
  IST0144: ["InvalidApplicationUID", KUBERNETES],
  IST0145: ["ConflictingGateways", ["gateway-host-conflict", "gateway-port-conflict"]],
  IST0146: ["ImageAutoWithoutInjectionWarning", KUBERNETES],
  IST0147: ["ImageAutoWithoutInjectionError", KUBERNETES],
  IST0148: ["NamespaceInjectionEnabledByDefault", KUBERNETES],
  IST0149: ["JwtClaimBasedRoutingWithoutRequestAuthN", ["claims-not-checked"]],
  IST0150: ["ExternalNameServiceTypeInvalidPortName", SERVICES],
  IST0151: ["EnvoyFilterUsesRelativeOperation", ["patch-order-by-age"]],
  IST0152: [
    "EnvoyFilterUsesReplaceOperationIncorrectly",
    ["no-effect", "conflicting-fields", "field-not-handled", "value-not-handled"],
  ],
  IST0153: [
    "EnvoyFilterUsesAddOperationIncorrectly",
    ["no-effect", "conflicting-fields", "field-not-handled", "value-not-handled"],
  ],
  IST0154: [
    "EnvoyFilterUsesRemoveOperationIncorrectly",
    ["no-effect", "conflicting-fields", "field-not-handled", "value-not-handled"],
  ],
  IST0155: ["EnvoyFilterUsesRelativeOperationWithProxyVersion", ["patch-order-by-age"]],
  IST0156: ["UnsupportedGatewayAPIVersion", GATEWAY_API],
  IST0157: ["InvalidTelemetryProvider", "who is told where nobody is named is in docs/reference/mesh-config.md"],
  IST0158: ["PodsIstioProxyImageMismatchInNamespace", KUBERNETES],
  IST0159: ["ConflictingTelemetryWorkloadSelectors", ["several-telemetries"]],
  IST0160: ["MultipleTelemetriesWithoutWorkloadSelectors", ["several-telemetries"]],
  IST0161: [
    "InvalidGatewayCredential",
    ["credential-not-usable", "credential-ends-soon", "credential-for-other-hosts"],
  ],
  IST0162: [
    "GatewayPortNotDefinedOnService",
    "gateways listen on the ports of their servers: there is no Service before them",
  ],
  IST0163: ["InvalidExternalControlPlaneConfig", INSTALL],
  IST0164: ["ExternalControlPlaneAddressIsNotAHostname", INSTALL],
  IST0165: ["ReferencedInternalGateway", GATEWAY_API],
  IST0166: ["IneffectiveSelector", GATEWAY_API],
  IST0167: ["IneffectivePolicy", ["policy-target-not-found", "policy-port-not-found", SELECTOR]],
  IST0168: ["UnknownUpgradeCompatibility", INSTALL],
  IST0169: ["UpdateIncompatibility", INSTALL],
  IST0170: ["MultiClusterInconsistentService", "there is one registry of all services"],
  IST0171: ["NegativeConditionStatus", "what became of an object is told beside it: refused-by-envoy, not-translated"],
  IST0172: ["FutureUnsupportedGatewayAPIVersion", GATEWAY_API],
  IST0173: ["DestinationRuleSubsetNotSelectPods", ["subset-without-instances"]],
  IST0174: ["UnknownDestinationRuleHost", ["rule-host-not-found"]],
  IST0175: ["JwksUriFetchUnrestricted", "it is about a setting of istiod's own"],
  IST0176: ["GatewayAPICRDVersionBelowMinimum", GATEWAY_API],
  IST0177: ["ConflictingServiceEntryProtocol", ["duplicate-service"]],
};
