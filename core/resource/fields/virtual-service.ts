import { type FieldTable, integer, list, object, refused, required, string, under } from "#core/resource/field.ts";
import { DESTINATION } from "#core/resource/fields/destination.ts";
import { HTTP_ROUTE } from "#core/resource/fields/http-route.ts";

export const VIRTUAL_SERVICE_FIELDS: FieldTable = {
  hosts: list(1),
  "hosts[]": string("virtual-service-host"),
  "gateways[]": string("gateway-ref"),
  "exportTo[]": string("export-to"),
  ...under("http[]", HTTP_ROUTE),
  tls: refused("connections are not routed by SNI yet; each goes to the service it is made to"),
  "tcp[].match": refused("connections are not told apart yet; one route takes all of them"),
  "tcp[].route[].destination": required(object()),
  ...under("tcp[].route[].destination", DESTINATION),
  "tcp[].route[].weight": integer(),
};
