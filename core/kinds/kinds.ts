/** The kinds Pharos reads, with what kubectl and istioctl call them. */
export const KINDS = {
  Gateway: { group: "networking.istio.io", plural: "gateways", short: "gw" },
  VirtualService: { group: "networking.istio.io", plural: "virtualservices", short: "vs" },
  DestinationRule: { group: "networking.istio.io", plural: "destinationrules", short: "dr" },
  ServiceEntry: { group: "networking.istio.io", plural: "serviceentries", short: "se" },
  WorkloadEntry: { group: "networking.istio.io", plural: "workloadentries", short: "we" },
  WorkloadGroup: { group: "networking.istio.io", plural: "workloadgroups", short: "wg" },
  PeerAuthentication: { group: "security.istio.io", plural: "peerauthentications", short: "pa" },
  AuthorizationPolicy: { group: "security.istio.io", plural: "authorizationpolicies", short: "ap" },
} as const;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];
