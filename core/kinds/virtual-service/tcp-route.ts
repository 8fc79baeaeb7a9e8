import { TCP_MATCH, TLS_MATCH } from "#core/kinds/virtual-service/connection-match.ts";
import { DESTINATION } from "#core/kinds/virtual-service/destination.ts";
import type { Infer } from "#core/schema/field.ts";
import { becomes, described, integer, list, message, required } from "#core/schema/make-field.ts";

const ROUTE_DESTINATION = message({
  destination: becomes("TcpProxy.cluster, TcpProxy.WeightedCluster.ClusterWeight.name", required(DESTINATION)),
  weight: becomes("TcpProxy.WeightedCluster.ClusterWeight.weight", integer()),
});
export type RouteDestination = Infer<typeof ROUTE_DESTINATION>;

export const TCP_ROUTE = message({
  match: described(list(TCP_MATCH), {
    envoy: "Listener.filter_chains",
    doc: "Any of them; without one it takes every connection",
  }),
  route: list(ROUTE_DESTINATION),
});
export type TcpRoute = Infer<typeof TCP_ROUTE>;

/** Of connections whose TLS does not end here. */
export const TLS_ROUTE = message({
  match: described(required(list(TLS_MATCH, 1)), { envoy: "Listener.filter_chains", doc: "Any of them" }),
  route: list(ROUTE_DESTINATION),
});
export type TlsRoute = Infer<typeof TLS_ROUTE>;
