import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { PeerAuthenticationSpec } from "#core/kinds/peer-authentication/schema.ts";

export function validatePeerAuthentication(spec: PeerAuthenticationSpec): Diagnostic[] {
  if (spec.portLevelMtls === undefined) return [];
  if (Object.keys(spec.portLevelMtls).length === 0)
    return [errorAt(["spec", "portLevelMtls"], "bad-value", "is empty: name at least one port")];
  if (Object.keys(spec.selector?.matchLabels ?? {}).length > 0) return [];
  return [
    errorAt(
      ["spec", "portLevelMtls"],
      "needs-selector",
      "portLevelMtls needs a selector",
      "the ports of which workloads? add selector.matchLabels",
    ),
  ];
}
