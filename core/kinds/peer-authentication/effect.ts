import type { Written } from "#core/kinds/kind.ts";
import type { MtlsMode, PeerAuthenticationSpec } from "#core/kinds/peer-authentication/schema.ts";
import { describePolicyTarget } from "#core/kinds/policy-target.ts";

const WORDS = {
  STRICT: "Only mTLS",
  PERMISSIVE: "mTLS and plaintext",
  DISABLE: "Only plaintext",
  UNSET: "What stands above it",
} as const satisfies Record<MtlsMode, string>;

export function describePeerAuthentication(resource: Written<PeerAuthenticationSpec>, rootNamespace: string): string {
  const { mtls, portLevelMtls = {} } = resource.spec;
  const ports = Object.keys(portLevelMtls).length;
  const own = ports === 0 ? "" : `; ${ports} ${ports === 1 ? "port says" : "ports say"} otherwise`;
  return `${WORDS[mtls?.mode ?? "UNSET"]} on ${describePolicyTarget(resource, rootNamespace)}${own}`;
}
