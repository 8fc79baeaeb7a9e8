/** A credential as a resource writes it: by its name alone it is one of the proxy's own namespace. */
export interface CredentialReference {
  readonly namespace: string | undefined;
  readonly name: string;
}

/** `NAME`, `NAMESPACE/NAME`, either behind `kubernetes://`. */
export function parseCredentialReference(text: string): CredentialReference {
  const parts = text.replace(/^kubernetes:\/\//, "").split("/");
  const [first = "", second] = parts;
  return second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
}

/** Ends the name of a credential that holds the authorities for another (Istio's `SdsCaSuffix`). */
export const ROOTS_ENDING = "-cacert";

/** Where the authorities that go with a credential are looked for. */
export function rootsBeside(credential: string): string {
  return `${credential}${ROOTS_ENDING}`;
}
