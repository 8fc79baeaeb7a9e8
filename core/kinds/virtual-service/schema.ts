import { HTTP_ROUTE } from "#core/kinds/virtual-service/http-route.ts";
import { TCP_ROUTE } from "#core/kinds/virtual-service/tcp-route.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, list, message, refused, string } from "#core/schema/make-field.ts";

export const VIRTUAL_SERVICE = message({
  hosts: list(string("virtual-service-host"), 1),
  gateways: described(list(string("gateway-ref")), {
    doc: "Where its rules apply; `mesh` is every sidecar",
    default: "mesh",
  }),
  exportTo: list(string("export-to")),
  http: list(HTTP_ROUTE),
  tls: refused("connections are not routed by SNI yet; each goes to the service it is made to"),
  tcp: list(TCP_ROUTE),
});
export type VirtualServiceSpec = Infer<typeof VIRTUAL_SERVICE>;
