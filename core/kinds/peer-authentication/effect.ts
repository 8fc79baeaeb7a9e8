import { joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import type { MtlsMode, PeerAuthenticationSpec } from "#core/kinds/peer-authentication/schema.ts";

const WORDS = {
  STRICT: "Only mTLS",
  PERMISSIVE: "mTLS and plaintext",
  DISABLE: "Only plaintext",
  UNSET: "What stands above it",
} as const satisfies Record<MtlsMode, string>;

export function describePeerAuthentication(
  { metadata, spec }: Written<PeerAuthenticationSpec>,
  rootNamespace: string,
): string {
  const labels = Object.entries(spec.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const target =
    labels.length > 0
      ? `workloads with ${joinWords(labels, "and")}`
      : metadata.namespace === rootNamespace
        ? "every workload of the mesh"
        : `every workload in ${metadata.namespace}`;
  const ports = Object.keys(spec.portLevelMtls ?? {}).length;
  const own = ports === 0 ? "" : `; ${ports} ${ports === 1 ? "port says" : "ports say"} otherwise`;
  return `${WORDS[spec.mtls?.mode ?? "UNSET"]} on ${target}${own}`;
}
