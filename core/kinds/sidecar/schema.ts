import { INBOUND_CONNECTION_POOL } from "#core/kinds/destination-rule/connection-pool.ts";
import { LABELS_SELECTOR } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, list, message, oneOf, refused, required, string } from "#core/schema/make-field.ts";

const OWN_LISTENER =
  "callers reach hosts by captured traffic, by the forward proxy or by a port that their agent opens (outbound in the file of `pharos agent --config`)";

const EGRESS = message({
  port: refused(`the hosts are those of every port: leave it out; ${OWN_LISTENER}`),
  bind: refused(`leave it out: ${OWN_LISTENER}`),
  captureMode: refused(`how traffic comes to a proxy is a setting of its agent: leave it out; ${OWN_LISTENER}`),
  hosts: described(required(list(string("sidecar-host"), 1)), {
    envoy: "none: which listeners, routes and clusters its proxies get",
    doc: "What they may call, as NAMESPACE/HOST: * is every namespace, . their own, ~ none; ~NAMESPACE leaves out",
  }),
});

export const SIDECAR = message({
  workloadSelector: described(LABELS_SELECTOR, {
    doc: "Workloads whose calls it narrows; without it all of the namespace, and from the root namespace of the mesh",
  }),
  ingress: refused("the ports of a workload are those of its services, and of its agent (--port): declare them there"),
  egress: described(list(EGRESS), { doc: "What they may call; without it everything that is visible to them" }),
  inboundConnectionPool: described(INBOUND_CONNECTION_POOL, {
    doc: "How the proxy connects to its application; it wins over the DestinationRule of the service",
  }),
  outboundTrafficPolicy: described(
    message({
      mode: described(oneOf(["REGISTRY_ONLY", "ALLOW_ANY"]), {
        envoy: "RouteConfiguration.virtual_hosts, Listener.filter_chains: the last of each",
        default: "REGISTRY_ONLY",
        valueDocs: {
          REGISTRY_ONLY: "calls to what the mesh does not know, or what is not in egress, are refused",
          ALLOW_ANY: "they go where the caller says",
        },
      }),
      egressProxy: refused(
        "calls to what the mesh does not know go there directly: write ServiceEntries, and routes by a gateway",
      ),
    }),
    { doc: "What becomes of captured calls to anything else; without it they go where the caller says" },
  ),
});
export type SidecarSpec = Infer<typeof SIDECAR>;
