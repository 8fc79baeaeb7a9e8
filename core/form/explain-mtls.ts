import { openDraft } from "#core/form/open-draft.ts";
import { type MtlsMode, PEER_AUTHENTICATION } from "#core/kinds/peer-authentication/schema.ts";

const MODES = {
  STRICT: (target: string) => [
    `${target} only take mTLS: whoever calls in plaintext is refused.`,
    "Every caller has an identity that authorization can rely on.",
  ],
  PERMISSIVE: (target: string) => [
    `${target} take both mTLS and plaintext.`,
    "A caller in plaintext has no identity: authorization cannot tell who it is.",
  ],
  DISABLE: (target: string) => [
    `${target} only take plaintext: nobody who calls has an identity, and what is sent can be read on the way.`,
  ],
  UNSET: (target: string) => [`${target} take what the namespace's policy says, else the mesh's, else both.`],
} as const satisfies Record<MtlsMode, (target: string) => readonly string[]>;

/** What a PeerAuthentication comes to; `target` is the plural name of what it is put on. */
export function explainMtls(document: unknown, target: string): string[] {
  const { mtls, portLevelMtls = {} } = openDraft(PEER_AUTHENTICATION, document).spec;
  const ports = Object.entries(portLevelMtls).map(
    ([port, each]) => `Port ${port} differs: ${each.mode?.toLowerCase() ?? "unset"}.`,
  );
  return [...MODES[mtls?.mode ?? "UNSET"](target), ...ports];
}
