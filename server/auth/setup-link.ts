import { createHash, randomBytes } from "node:crypto";
import { PharosError } from "#core/errors.ts";
import type { Database } from "#server/db/open-database.ts";

const KEY = "setup-link";
const LIFE_MS = 24 * 60 * 60 * 1000;
const digest = (token: string): string => createHash("sha256").update(token).digest("hex");

/** The link by which the first account is made, once. A new one replaces the one before. */
export class SetupLink {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async create(baseUrl: string, nowMs: number): Promise<string> {
    const token = randomBytes(24).toString("base64url");
    const value = JSON.stringify({ hash: digest(token), expiresAt: nowMs + LIFE_MS });
    await this.#db.setting.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
    return `${baseUrl}/setup?token=${token}`;
  }

  /** Uses the link up; of several callers at the same moment one gets through. */
  async burn(token: string, nowMs: number): Promise<void> {
    const refuse = (): never => {
      throw new PharosError("forbidden", "the setup link is not valid any more", {
        hint: "restart the server: it prints a new one while there is no account",
      });
    };
    const row = await this.#db.setting.findUnique({ where: { key: KEY } });
    if (row === null) return refuse();
    const { hash, expiresAt } = JSON.parse(row.value) as { hash: string; expiresAt: number };
    if (hash !== digest(token) || expiresAt <= nowMs) refuse();
    const { count } = await this.#db.setting.deleteMany({ where: { key: KEY, value: row.value } });
    if (count !== 1) refuse();
  }
}
