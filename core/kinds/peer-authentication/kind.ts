import { defineKind } from "#core/kinds/kind.ts";
import { describePeerAuthentication } from "#core/kinds/peer-authentication/effect.ts";
import { PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";
import { validatePeerAuthentication } from "#core/kinds/peer-authentication/validate.ts";

export const peerAuthentication = defineKind({
  group: "security.istio.io",
  plural: "peerauthentications",
  short: "pa",
  area: "security",
  form: "mtls",
  blame: 3,
  schema: PEER_AUTHENTICATION,
  validate: ({ spec }) => validatePeerAuthentication(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  applicationPorts: ({ portLevelMtls = {} }) =>
    Object.keys(portLevelMtls).map((port) => ({ port: Number(port), path: ["spec", "portLevelMtls", port] })),
  template: { mtls: { mode: "STRICT" } },
  effect: describePeerAuthentication,
});
