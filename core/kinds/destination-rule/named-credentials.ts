import { rootsBeside } from "#core/kinds/credential-reference.ts";
import type { ClientTls } from "#core/kinds/destination-rule/traffic-policy.ts";
import type { PlacedCredential } from "#core/kinds/kind.ts";

/** What a `tls` names for whoever is given credentials (Istio's `buildUpstreamClusterTLSContext`). */
export function namedCredentials({
  mode,
  credentialName,
  insecureSkipVerify,
}: ClientTls): readonly Pick<PlacedCredential, "credential" | "part">[] {
  if (credentialName === undefined || (mode !== "SIMPLE" && mode !== "MUTUAL")) return [];
  return [
    ...(mode === "MUTUAL" ? [{ credential: credentialName, part: "pair" as const }] : []),
    ...(insecureSkipVerify === true ? [] : [{ credential: rootsBeside(credentialName), part: "roots" as const }]),
  ];
}
