import { randomBytes } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import type { Role } from "#core/access/role.ts";
import type { Database } from "#server/db/open-database.ts";

export interface NewAccount {
  /** As its owner writes it; signing in takes it in any case. */
  readonly name: string;
  readonly password: string;
  readonly role: Role;
}

/** Makes a local account in one write: there is never an account without a password. Rejects when the name is taken. */
export async function createAccount(db: Database, { name, password, role }: NewAccount): Promise<void> {
  const id = randomBytes(24).toString("base64url");
  const username = name.toLowerCase();
  await db.user.create({
    data: {
      id,
      name,
      username,
      displayUsername: name,
      // The library wants an address; this domain can have none (RFC 2606).
      email: `${username}@pharos.invalid`,
      emailVerified: true,
      role,
      accounts: {
        create: {
          id: randomBytes(24).toString("base64url"),
          accountId: id,
          providerId: "credential",
          password: await hashPassword(password),
        },
      },
    },
  });
}
