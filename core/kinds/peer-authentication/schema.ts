import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import { described, explicit, map, message, oneOf } from "#core/schema/make-field.ts";

const MODE = described(oneOf(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]), {
  envoy:
    "FilterChain.transport_socket, FilterChainMatch.transport_protocol; Cluster.transport_socket_matches of callers",
  valueDocs: {
    STRICT: "only mTLS: plaintext is refused",
    PERMISSIVE: "mTLS and plaintext, while workloads move in",
    DISABLE: "plaintext only",
    UNSET: "what the namespace or the mesh says",
  },
});
export type MtlsMode = Infer<typeof MODE>;

export const PEER_AUTHENTICATION = message({
  selector: described(MATCH_LABELS, { doc: "Workloads it applies to; without it all of the namespace" }),
  mtls: message({ mode: described(MODE, { doc: "Which connections workloads accept", default: "UNSET" }) }),
  portLevelMtls: described(explicit(map(message({ mode: MODE }), "port-key")), {
    doc: "By the workload's port, not the service's; needs a selector",
  }),
});
export type PeerAuthenticationSpec = Infer<typeof PEER_AUTHENTICATION>;
