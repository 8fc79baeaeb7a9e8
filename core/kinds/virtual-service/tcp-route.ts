import type { Destination } from "#core/kinds/virtual-service/destination.ts";

export interface RouteDestination {
  readonly destination: Destination;
  readonly weight?: number;
}

export interface TcpRoute {
  readonly route?: readonly RouteDestination[];
}
