import type { Logger } from "#node/log.ts";
import { CredentialBook } from "#server/credentials/credential-book.ts";
import { openCredentialCipher } from "#server/credentials/credential-cipher.ts";
import type { Database } from "#server/db/open-database.ts";

/** Certificates and keys by name, for gateways and rules. The root's directory is there by now. */
export async function makeCredentials(dir: string, db: Database, log: Logger): Promise<CredentialBook> {
  const book = await CredentialBook.open(db, openCredentialCipher(dir, process.env.PHAROS_CA_PASSPHRASE));
  const damaged = book.list().filter(({ facts }) => facts.kind === "damaged");
  if (damaged.length > 0)
    log.error("credentials cannot be opened with the key in credentials-key.json; apply them again", {
      credentials: damaged.map(({ namespace, name }) => `${namespace}/${name}`).join(", "),
    });
  return book;
}
