/** How proxies ask for a part of a credential. */
export interface CredentialSecret {
  /** `namespace/name` of the credential. */
  readonly key: string;
  readonly part: "pair" | "roots";
}

const SERVED = "credential://";
const ROOTS = "#roots";
/** A secret that nobody serves: what names it closes connections, where it would go on with the last one otherwise. */
const MISSING = "credential-missing://";

/** `credential://NAMESPACE/NAME`, and `…#roots` for its authorities. */
export function nameCredential({ key, part }: CredentialSecret): string {
  return `${SERVED}${key}${part === "roots" ? ROOTS : ""}`;
}

export function nameMissing({ key, part }: CredentialSecret): string {
  return `${MISSING}${key}${part === "roots" ? ROOTS : ""}`;
}

/** Undefined of what is no part of a credential. */
export function parseCredential(secret: string): CredentialSecret | undefined {
  if (!secret.startsWith(SERVED)) return undefined;
  const rest = secret.slice(SERVED.length);
  return rest.endsWith(ROOTS) ? { key: rest.slice(0, -ROOTS.length), part: "roots" } : { key: rest, part: "pair" };
}

/** `namespace/name` of the credential that a secret stands in for because nobody has it; undefined of every other. */
export function missingCredential(secret: string): string | undefined {
  return secret.startsWith(MISSING) ? secret.slice(MISSING.length).replace(ROOTS, "") : undefined;
}
