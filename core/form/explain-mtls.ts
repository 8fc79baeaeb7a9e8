import { recordOf, textOf } from "#core/form/read-loosely.ts";

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
} as const;

/** What a PeerAuthentication comes to; `target` is the plural name of what it is put on. */
export function explainMtls(value: unknown, target: string): string[] {
  const spec = recordOf(recordOf(value).spec);
  const mode = textOf(recordOf(spec.mtls).mode);
  const ports = Object.entries(recordOf(spec.portLevelMtls)).map(
    ([port, each]) => `Port ${port} differs: ${textOf(recordOf(each).mode).toLowerCase() || "unset"}.`,
  );
  return [...MODES[isMode(mode) ? mode : "UNSET"](target), ...ports];
}

function isMode(mode: string): mode is keyof typeof MODES {
  return Object.hasOwn(MODES, mode);
}
