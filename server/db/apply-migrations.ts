import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import type { LibsqlClient } from "#server/db/libsql-client.ts";

/** As Prisma makes it, so that its tools understand the file. */
const LEDGER = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the file to this version's schema: each missing migration in one transaction with its ledger row, in order.
 * Refuses a file that a newer version wrote, and one whose applied migrations differ from ours, untouched.
 */
export async function applyMigrations(
  client: LibsqlClient,
  directory: string,
  path: string,
): Promise<readonly string[]> {
  const migrations = readMigrations(directory);
  await client.execute(LEDGER);
  const ledger = await client.execute(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
  );
  const applied = new Map(ledger.rows.map((row) => [String(row.migration_name), String(row.checksum)]));
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const [name, checksum] of applied) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw new PharosError(
        "unavailable",
        `database ${path} was written by a newer version: it has the migration ${name}, which this version does not know`,
        {
          hint: "run the newer version, or restore the backup made before the upgrade",
        },
      );
    }
    if (migration.checksum !== checksum) {
      throw new PharosError(
        "unavailable",
        `database ${path} was made by a different build: its migration ${name} is not the one this version ships`,
        {
          hint: "run the build that made the file, or move it aside to start with an empty one",
        },
      );
    }
  }
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const migration of missing) await client.executeMultiple(migrationScript(migration));
  return missing.map((migration) => migration.name);
}

function migrationScript({ name, sql, checksum }: Migration): string {
  const now = Date.now();
  return `BEGIN IMMEDIATE;\n${sql}\nINSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
  VALUES ('${randomUUID()}', '${checksum}', ${now}, '${name}', ${now}, 1);\nCOMMIT;`;
}

function readMigrations(directory: string): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d{14}_\w+$/.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}
