import {
  type FieldTable,
  integer,
  list,
  map,
  object,
  port,
  refused,
  required,
  string,
  under,
} from "#core/resource/field.ts";
import { DESTINATION } from "#core/resource/fields/destination.ts";
import { HTTP_ROUTE } from "#core/resource/fields/http-route.ts";

const L4_MATCH: FieldTable = {
  destinationSubnets: refused("routes are chosen by service, port and SNI"),
  port: port(),
  sourceLabels: map("label-key"),
  "sourceLabels{}": string("label-value"),
  sourceNamespace: string("label"),
  "gateways[]": string("gateway-ref"),
};

const L4_ROUTE: FieldTable = {
  "route[].destination": required(object()),
  ...under("route[].destination", DESTINATION),
  "route[].weight": integer(),
};

export const VIRTUAL_SERVICE_FIELDS: FieldTable = {
  hosts: list(1),
  "hosts[]": string("virtual-service-host"),
  "gateways[]": string("gateway-ref"),
  "exportTo[]": string("export-to"),
  ...under("http[]", HTTP_ROUTE),
  "tls[].match": required(list(1)),
  "tls[].match[].sniHosts": required(list(1)),
  "tls[].match[].sniHosts[]": string("wildcard-host"),
  ...under("tls[].match[]", L4_MATCH),
  ...under("tls[]", L4_ROUTE),
  ...under("tcp[].match[]", L4_MATCH),
  "tcp[].match[].sourceSubnet": refused("Istio ignores it"),
  ...under("tcp[]", L4_ROUTE),
};
