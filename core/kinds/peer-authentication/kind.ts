import { defineKind } from "#core/kinds/kind.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";
import { validatePeerAuthentication } from "#core/kinds/peer-authentication/validate.ts";

export const peerAuthentication = defineKind({
  group: "security.istio.io",
  plural: "peerauthentications",
  short: "pa",
  schema: PEER_AUTHENTICATION,
  validate: ({ spec }) => validatePeerAuthentication(spec),
  template: { mtls: { mode: "STRICT" } },
});
