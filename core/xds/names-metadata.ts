/**
 * Filter metadata of clusters under which agents find the addresses that they answer DNS with: `{ addresses: ["240.240.1.2"] }`. Of
 * a cluster without subset, `outbound|80||HOST`, whose name says the host.
 */
export const NAMES_METADATA = "pharos.names";

/** Addresses that a cluster's metadata says; none where it says none. */
export function namedAddresses(
  metadata: { readonly filterMetadata: { readonly [name: string]: { readonly [key: string]: unknown } } } | undefined,
): readonly string[] {
  const said = metadata?.filterMetadata[NAMES_METADATA]?.addresses;
  return Array.isArray(said) ? said.map(String) : [];
}
