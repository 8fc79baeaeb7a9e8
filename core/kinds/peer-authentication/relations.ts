import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { duplicatePolicy } from "#core/kinds/peer-authentication/checks/duplicate-policy.ts";
import { overlappingPolicies } from "#core/kinds/peer-authentication/checks/overlapping-policies.ts";
import { explainPeerAuthentication } from "#core/kinds/peer-authentication/explain.ts";
import { concernByMtls } from "#core/traffic/concern-mtls.ts";

export const peerAuthenticationRelations: KindRelations<"PeerAuthentication"> = {
  checks: [duplicatePolicy, overlappingPolicies],
  explain: explainPeerAuthentication,
  concern: (_, context) => concernByMtls(context),
};
