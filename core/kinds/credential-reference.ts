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
