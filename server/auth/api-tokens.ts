import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Role } from "#core/access/role.ts";
import { PharosError } from "#core/errors.ts";
import type { ApiTokenView, PrincipalView } from "#core/view/session.ts";
import { readOwnFile } from "#node/read-own-file.ts";
import { writeFileDurably } from "#node/write-file-durably.ts";
import type { Database } from "#server/db/open-database.ts";

const PREFIX = "pharos_";
const CACHED_MS = 5000;
const USE_NOTED_MS = 60_000;
const digest = (token: string): string => createHash("sha256").update(token).digest("hex");

export interface NewApiToken {
  readonly name: string;
  readonly role: Role;
  readonly ttlSeconds?: number | undefined;
  readonly createdBy: string;
}

/** Tokens for the CLI and automation; only hashes are kept. A revoked one stops within five seconds. */
export class ApiTokens {
  readonly #db: Database;
  readonly #cache = new Map<string, { readonly principal: PrincipalView | null; readonly untilMs: number }>();
  readonly #noted = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  async authenticate(token: string, nowMs: number): Promise<PrincipalView | null> {
    if (!token.startsWith(PREFIX)) return null;
    const secretHash = digest(token);
    const cached = this.#cache.get(secretHash);
    if (cached !== undefined && cached.untilMs > nowMs) return cached.principal;
    const row = await this.#db.apiToken.findUnique({ where: { secretHash } });
    const isGood =
      row !== null && row.revokedAt === null && (row.expiresAt === null || row.expiresAt.getTime() > nowMs);
    const principal: PrincipalView | null = isGood ? { name: row.name, role: row.role as Role, kind: "token" } : null;
    if (this.#cache.size > 1000) this.#cache.clear();
    this.#cache.set(secretHash, { principal, untilMs: nowMs + CACHED_MS });
    if (isGood && (this.#noted.get(row.id) ?? 0) < nowMs - USE_NOTED_MS) {
      this.#noted.set(row.id, nowMs);
      // When it was used is no reason to refuse it: a full disk can be read.
      await this.#db.apiToken
        .update({ where: { id: row.id }, data: { lastUsedAt: new Date(nowMs) } })
        .catch(() => this.#noted.delete(row.id));
    }
    return principal;
  }

  async create({
    name,
    role,
    ttlSeconds,
    createdBy,
  }: NewApiToken): Promise<{ readonly id: string; readonly token: string }> {
    const id = randomBytes(9).toString("base64url");
    const token = `${PREFIX}${randomBytes(32).toString("base64url")}`;
    const createdAt = new Date();
    const expiresAt = ttlSeconds === undefined ? null : new Date(createdAt.getTime() + ttlSeconds * 1000);
    await this.#db.apiToken.create({
      data: { id, name, role, createdBy, createdAt, expiresAt, secretHash: digest(token) },
    });
    return { id, token };
  }

  async list(): Promise<readonly ApiTokenView[]> {
    const rows = await this.#db.apiToken.findMany({ where: { revokedAt: null }, orderBy: { createdAt: "desc" } });
    return rows.map(({ id, name, role, createdBy, createdAt, expiresAt, lastUsedAt }) => ({
      id,
      name,
      role: role as Role,
      createdBy,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    }));
  }

  async revoke(id: string): Promise<void> {
    const { count } = await this.#db.apiToken.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    this.#cache.clear();
    if (count === 0)
      throw new PharosError("not-found", `no API token ${id}`, { hint: "the list shows those that work" });
  }

  /** `DIR/admin-token`, for the person who runs the server; made again when the one there no longer works. */
  async ensureAdminToken(dir: string): Promise<void> {
    const file = join(dir, "admin-token");
    const known = readOwnFile(file);
    if (known !== undefined && (await this.authenticate(known.trim(), Date.now())) !== null) return;
    const { token } = await this.create({ name: "admin-token", role: "admin", createdBy: "pharos serve" });
    writeFileDurably(file, `${token}\n`);
  }
}
