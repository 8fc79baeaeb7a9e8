import { HTTP_ROUTE } from "#core/kinds/virtual-service/http-route.ts";
import { TCP_ROUTE, TLS_ROUTE } from "#core/kinds/virtual-service/tcp-route.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, list, message, string } from "#core/schema/make-field.ts";

export const VIRTUAL_SERVICE = message({
  hosts: described(list(string("virtual-service-host"), 1), {
    envoy: "VirtualHost.domains; FilterChainMatch.prefix_ranges for captured connections",
    doc: "Whose requests are routed: a short name is a service of the namespace; * at the beginning is a wildcard",
  }),
  gateways: described(list(string("gateway-ref")), {
    envoy: "none: which proxies get its routes",
    doc: "Where its rules apply; `mesh` is every sidecar",
    default: "mesh",
  }),
  exportTo: described(list(string("export-to")), {
    envoy: "none: which proxies get its routes",
    doc: "Namespaces that see it: * is all, . its own, ~ none",
  }),
  http: described(list(HTTP_ROUTE), { doc: "Rules for requests; the first that matches decides" }),
  tls: described(list(TLS_ROUTE), {
    doc: "Rules for TLS connections that go on as they are, by the server name asked for",
  }),
  tcp: described(list(TCP_ROUTE), { doc: "Rules for connections" }),
});
export type VirtualServiceSpec = Infer<typeof VIRTUAL_SERVICE>;
