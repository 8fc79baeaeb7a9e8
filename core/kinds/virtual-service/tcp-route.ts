import { DESTINATION } from "#core/kinds/virtual-service/destination.ts";
import type { Infer } from "#core/schema/field.ts";
import { integer, list, message, refused, required } from "#core/schema/make-field.ts";

const ROUTE_DESTINATION = message({ destination: required(DESTINATION), weight: integer() });
export type RouteDestination = Infer<typeof ROUTE_DESTINATION>;

export const TCP_ROUTE = message({
  match: refused("connections are not told apart yet; one route takes all of them"),
  route: list(ROUTE_DESTINATION),
});
export type TcpRoute = Infer<typeof TCP_ROUTE>;
