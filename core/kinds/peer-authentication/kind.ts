import { defineKind } from "#core/kinds/kind.ts";
import { describePeerAuthentication } from "#core/kinds/peer-authentication/effect.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";
import { validatePeerAuthentication } from "#core/kinds/peer-authentication/validate.ts";

export const peerAuthentication = defineKind({
  group: "security.istio.io",
  plural: "peerauthentications",
  short: "pa",
  area: "security",
  schema: PEER_AUTHENTICATION,
  validate: ({ spec }) => validatePeerAuthentication(spec),
  template: { mtls: { mode: "STRICT" } },
  effect: describePeerAuthentication,
});
