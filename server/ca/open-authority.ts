import { Authority, makeRoot } from "#server/ca/authority.ts";
import { loadRoot, saveRoot } from "#server/ca/root-file.ts";

/** The mesh's root from the data directory; made there on the first start. */
export async function openAuthority(
  dir: string,
  trustDomain: string,
  passphrase: string | undefined,
): Promise<Authority> {
  const known = loadRoot(dir, passphrase);
  if (known !== undefined) return Authority.open(trustDomain, known);
  const made = await makeRoot(trustDomain, Date.now());
  saveRoot(dir, made, passphrase);
  return Authority.open(trustDomain, made);
}
