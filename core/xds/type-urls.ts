const prefix = "type.googleapis.com/";

/** Type URLs of the resources served, keyed by the short names people use. */
export const TYPE_URLS = {
  CDS: `${prefix}envoy.config.cluster.v3.Cluster`,
  EDS: `${prefix}envoy.config.endpoint.v3.ClusterLoadAssignment`,
  LDS: `${prefix}envoy.config.listener.v3.Listener`,
  RDS: `${prefix}envoy.config.route.v3.RouteConfiguration`,
  VHDS: `${prefix}envoy.config.route.v3.VirtualHost`,
  SDS: `${prefix}envoy.extensions.transport_sockets.tls.v3.Secret`,
} as const;

export type XdsType = keyof typeof TYPE_URLS;
/** Make before break: the order in which one change reaches a proxy. Removals go in reverse, last. */
export const PUSH_ORDER = ["CDS", "EDS", "LDS", "RDS", "VHDS", "SDS"] as const satisfies readonly XdsType[];
