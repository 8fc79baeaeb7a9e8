import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import { Secret } from "#core/secret.ts";
import type { IdentityView, JoinTokenView, RevocationView } from "#core/view/session.ts";
import type { Grant } from "#server/ca/grant.ts";
import type { Credential } from "#server/ca/revocations.ts";
import type { Identity as IssuedRow, JoinToken as Row } from "#server/db/gen/client.ts";
import type { Database } from "#server/db/open-database.ts";

export interface TokenIdentity {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly createdBy: string;
}

const LISTED = 500;
const digest = (secret: string): string => createHash("sha256").update(secret).digest("hex");

function stateOf(row: Row, now: Date): JoinTokenView["state"] {
  if (row.usedAt !== null) return "used";
  if (row.revokedAt !== null) return "revoked";
  return row.expiresAt <= now ? "expired" : "unused";
}

function refuseToken(id: string, why: string): never {
  throw new PharosError("unauthenticated", `join token ${id} ${why}`, {
    hint: "make a new one with `pharos token create`; each works once",
  });
}

/** Join tokens and issued certificates. Secrets have 256 bits: a plain hash keeps them. */
export class IdentityStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async createToken(input: {
    namespace: string;
    serviceAccount: string;
    group: string | null;
    expiresAt: Date;
    createdBy: string;
    createdAt: Date;
  }): Promise<{ id: string; secret: Secret<string> }> {
    const id = randomBytes(9).toString("base64url");
    const secret = randomBytes(32).toString("base64url");
    await this.#db.joinToken.create({ data: { ...input, id, secretHash: digest(secret) } });
    return { id, secret: new Secret(secret) };
  }

  /** The identity a token is for, whatever became of it. Throws "unauthenticated" for a token that is not known. */
  async peekToken(id: string, secret: Secret<string>): Promise<TokenIdentity> {
    const { namespace, serviceAccount, createdBy } = await this.#find(id, secret);
    return { id, namespace, serviceAccount, createdBy };
  }

  /** Throws "unauthenticated" with the reason for a token that is unknown, used, expired or revoked. */
  async checkToken(id: string, secret: Secret<string>, now: Date): Promise<Row> {
    const row = await this.#find(id, secret);
    const state = stateOf(row, now);
    if (state === "used") refuseToken(id, `was used by ${row.usedBy ?? "somebody"} already`);
    if (state === "expired") refuseToken(id, `expired at ${row.expiresAt.toISOString()}`);
    if (state !== "unused") refuseToken(id, `is ${state}`);
    return row;
  }

  /** Uses a token up, at most once however many callers try at the same moment. Throws as `checkToken` does. */
  async burnToken(id: string, secret: Secret<string>, usedBy: string, now: Date): Promise<TokenIdentity> {
    const { namespace, serviceAccount, createdBy } = await this.checkToken(id, secret, now);
    const { count } = await this.#db.joinToken.updateMany({
      where: { id, usedAt: null, revokedAt: null },
      data: { usedAt: now, usedBy },
    });
    if (count !== 1) refuseToken(id, "was used at this very moment by another");
    return { id, namespace, serviceAccount, createdBy };
  }

  async #find(id: string, secret: Secret<string>): Promise<Row> {
    const row = await this.#db.joinToken.findUnique({ where: { id } });
    const given = Buffer.from(digest(secret.reveal()));
    const isRight = row !== null && timingSafeEqual(given, Buffer.from(row.secretHash));
    if (!isRight)
      throw new PharosError("unauthenticated", `join token ${id} is not known here`, {
        hint: "make one with `pharos token create` on this control plane",
      });
    return row;
  }

  async listTokens(now: Date): Promise<JoinTokenView[]> {
    const rows = await this.#db.joinToken.findMany({ orderBy: { createdAt: "desc" }, take: LISTED });
    return rows.map((row) => ({
      id: row.id,
      namespace: row.namespace,
      serviceAccount: row.serviceAccount,
      group: row.group,
      createdBy: row.createdBy,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      state: stateOf(row, now),
    }));
  }

  /** The tokens that were made for this account and WorkloadGroup at that time or later, and by which somebody joined. */
  async joinedBy(namespace: string, serviceAccount: string, group: string, since: Date): Promise<string[]> {
    const rows = await this.#db.joinToken.findMany({
      where: { namespace, serviceAccount, group, usedAt: { not: null }, createdAt: { gte: since } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  async revokeToken(id: string, now: Date): Promise<void> {
    const { count } = await this.#db.joinToken.updateMany({
      where: { id, usedAt: null, revokedAt: null },
      data: { revokedAt: now },
    });
    if (count === 0)
      throw new PharosError("not-found", `no unused join token ${id}`, {
        hint: "`pharos token list` shows what became of each",
      });
  }

  /** What a join token allowed when it was made; undefined for one that is not known. */
  async findGrant(id: string): Promise<Grant | undefined> {
    const row = await this.#db.joinToken.findUnique({ where: { id } });
    if (row === null) return undefined;
    const { namespace, serviceAccount, group, createdAt } = row;
    return { id, namespace, serviceAccount, group, createdAt };
  }

  async recordIssued(
    issued: Omit<IdentityView, "notBefore" | "notAfter" | "revocation"> & {
      notBefore: Date;
      notAfter: Date;
      from: string;
    },
    now: Date,
  ): Promise<void> {
    await this.#db.identity.create({ data: { ...issued, issuedAt: now } });
  }

  /** Certificates in their time, newest first. `find` says what makes one worthless. */
  async listIssued(now: Date, find: (credential: Credential) => RevocationView | undefined): Promise<IdentityView[]> {
    const rows = await this.#db.identity.findMany({
      where: { notAfter: { gt: now } },
      orderBy: { issuedAt: "desc" },
      take: LISTED,
    });
    return rows.map((row) => ({ ...viewIssued(row), revocation: find(row) ?? null }));
  }

  /** One certificate by its serial, or by its fingerprint. */
  async findIssued(serialOrFingerprint: string): Promise<Omit<IdentityView, "revocation"> | undefined> {
    const row = await this.#db.identity.findFirst({
      where: { OR: [{ serial: serialOrFingerprint }, { fingerprint: serialOrFingerprint }] },
    });
    return row === null ? undefined : viewIssued(row);
  }

  /** Serial and more of those that are in their time and that `find` finds something against. */
  async listRevoked(
    now: Date,
    find: (credential: Credential) => RevocationView | undefined,
  ): Promise<{ readonly serial: string; readonly spiffeId: string; readonly revocation: RevocationView }[]> {
    const rows = await this.#db.identity.findMany({
      where: { notAfter: { gt: now } },
      select: { serial: true, spiffeId: true, grantId: true },
    });
    return rows.flatMap((row) => {
      const revocation = find(row);
      return revocation === undefined ? [] : [{ serial: row.serial, spiffeId: row.spiffeId, revocation }];
    });
  }

  /** Forgets certificates that ended long ago: short lives make many. */
  async forgetEnded(before: Date): Promise<void> {
    await this.#db.identity.deleteMany({ where: { notAfter: { lt: before } } });
  }
}

function viewIssued({
  spiffeId,
  serial,
  notBefore,
  notAfter,
  issuedTo,
  authenticatedBy,
  grantId,
  fingerprint,
}: IssuedRow): Omit<IdentityView, "revocation"> {
  return {
    spiffeId,
    serial,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    issuedTo,
    authenticatedBy: authenticatedBy === "token" ? "token" : "certificate",
    grantId,
    fingerprint,
  };
}
