import type { Authority } from "#server/ca/authority.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { RevocationBook } from "#server/ca/revocations.ts";
import { IdentityStore } from "#server/ca/store.ts";
import type { Database } from "#server/db/open-database.ts";

/** Who issues identities, which were issued, and which are not believed any more. */
export interface IdentityParts {
  readonly authority: Authority;
  readonly identities: IdentityStore;
  readonly revocations: RevocationBook;
}

export async function makeIdentity(dir: string, trustDomain: string, db: Database): Promise<IdentityParts> {
  return {
    authority: await openAuthority(dir, trustDomain, process.env.PHAROS_CA_PASSPHRASE),
    identities: new IdentityStore(db),
    revocations: await RevocationBook.open(db),
  };
}
