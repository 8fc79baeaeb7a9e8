import type { Infer } from "#core/schema/field.ts";
import { becomes, described, list, map, message, port, refused, required, string } from "#core/schema/make-field.ts";

/** What can be asked of a connection. */
const L4 = {
  destinationSubnets: described(list(string("ip-or-cidr")), {
    envoy: "FilterChainMatch.prefix_ranges",
    doc: "Addresses that callers connect to",
    note: "Of two that hold an address the longer counts. Gateways do not look at them",
  }),
  port: becomes("FilterChainMatch.destination_port", port()),
  sourceLabels: described(map(string("label-value"), "label-key"), {
    envoy: "none: which proxies get the filter chain",
    doc: "Of the calling workload, not of the connection",
    form: "label-pairs",
  }),
  sourceNamespace: becomes("none: which proxies get the filter chain", string()),
  gateways: becomes("none: which proxies get the filter chain", list(string("gateway-ref"))),
};

/** All of its conditions must hold. */
export const TCP_MATCH = message({
  ...L4,
  sourceSubnet: refused("Istio does not look at it; name callers by sourceLabels or sourceNamespace", "no-effect"),
});
export type TcpMatch = Infer<typeof TCP_MATCH>;

export const TLS_MATCH = message({
  sniHosts: described(required(list(string("sni-host"), 1)), {
    envoy: "FilterChainMatch.server_names",
    doc: "Server names that callers ask for; each is one of the VirtualService's hosts, or below one of its wildcards",
  }),
  ...L4,
});
export type TlsMatch = Infer<typeof TLS_MATCH>;
