import type { DiagnosticCode } from "#core/diagnostic-codes.ts";

/** What finds here what one of Istio's analyzers does, or why nothing has to. */
export type Counterpart = { readonly codes: readonly DiagnosticCode[] } | { readonly none: string };

const OF_KUBERNETES = "about what Kubernetes runs";
const SELECTOR = "selector-matches-nothing";

export const ISTIO_ANALYZERS: Readonly<Record<string, Counterpart>> = {
  "annotations.K8sAnalyzer": { none: OF_KUBERNETES },
  "authn.BlockedCIDRsAnalyzer": { none: "about a setting of istiod's own" },
  "authz.AuthorizationPoliciesAnalyzer": { codes: [SELECTOR, "namespace-not-found"] },
  "conditions.ConditionAnalyzer": { none: "the status of an object is beside it, and not in it" },
  "deployment.ApplicationUIDAnalyzer": { none: OF_KUBERNETES },
  "deployment.ServiceAssociationAnalyzer": { none: OF_KUBERNETES },
  "deprecation.FieldAnalyzer": { codes: ["field-not-handled"] },
  "destinationrule.CaCertificateAnalyzer": {
    none: "without caCertificates the authorities that the host trusts are believed",
  },
  "destinationrule.PodNotSelectedAnalyzer": { codes: ["rule-host-not-found", "subset-without-instances"] },
  "envoyfilter.EnvoyPatchAnalyzer": {
    codes: ["no-effect", "conflicting-fields", "field-not-handled", "patch-not-usable", "patch-order-by-age"],
  },
  "externalcontrolplane.ExternalControlPlaneAnalyzer": { none: OF_KUBERNETES },
  "gateway.CertificateAnalyzer": { codes: ["duplicate-certificate"] },
  "gateway.ConflictingGatewayAnalyzer": {
    none: "servers of one port are merged; what cannot be is told on the object, as gateway-host-conflict or gateway-port-conflict",
  },
  "gateway.IngressGatewayPortAnalyzer": {
    none: "gateways listen on the ports of their servers: there is no Service before them",
  },
  "gateway.SecretAnalyzer": { none: "credentials are in the store, and told on the object, as credential-not-usable" },
  "injection.Analyzer": { none: OF_KUBERNETES },
  "injection.ImageAnalyzer": { none: OF_KUBERNETES },
  "injection.ImageAutoAnalyzer": { none: OF_KUBERNETES },
  "k8sgateway.CRDVersionAnalyzer": { none: OF_KUBERNETES },
  "k8sgateway.SelectorAnalyzer": { none: "gateways of Kubernetes' Gateway API are not read" },
  "maturity.AlphaAnalyzer": { none: OF_KUBERNETES },
  "schemaValidation.CollectionValidationAnalyzer": {
    codes: ["bad-value", "missing-field", "unknown-field", "unreachable-match", "unreachable-rule"],
  },
  "service.PortNameAnalyzer": { none: "a port without protocol is detected" },
  "serviceentry.ConflictingServiceEntryProtocolAnalyzer": { codes: ["duplicate-service"] },
  "serviceentry.ProtocolAddressesAnalyzer": { none: "a service of TCP without addresses gets one of its own" },
  "sidecar.SelectorAnalyzer": { codes: ["several-sidecars", SELECTOR] },
  "telemetry.DefaultSelectorAnalyzer": { codes: ["several-telemetries"] },
  "telemetry.ProviderAnalyzer": { none: "who is told where nobody is named is in docs/reference/mesh-config.md" },
  "telemetry.SelectorAnalyzer": { codes: ["several-telemetries", SELECTOR] },
  "virtualservice.ConflictingMeshGatewayHostsAnalyzer": { codes: ["duplicate-host"] },
  "virtualservice.DestinationHostAnalyzer": {
    codes: ["destination-host-not-found", "destination-port-ambiguous", "mesh-rule-not-at-gateway"],
  },
  "virtualservice.DestinationRuleAnalyzer": { codes: ["subset-not-found"] },
  "virtualservice.GatewayAnalyzer": { codes: ["gateway-not-found", "gateway-host-not-found"] },
  "virtualservice.JWTClaimRouteAnalyzer": { codes: ["claims-not-checked"] },
  "webhook.Analyzer": { none: OF_KUBERNETES },
};
