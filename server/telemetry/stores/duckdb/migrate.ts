import type { DuckDBConnection } from "@duckdb/node-api";
import { PharosError } from "#core/errors.ts";
import { MIGRATIONS } from "#server/telemetry/stores/duckdb/migrations.ts";

/** The schema of this version's files. */
export const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

/**
 * Makes the file one of this version, with all that is in it. Each step is one transaction with the version it leads to: where it
 * is interrupted, the next that opens the file goes on with the step that is missing. Throws `conflict` for a file of a newer version.
 */
export async function migrate(connection: DuckDBConnection, path: string): Promise<void> {
  const found = await versionOf(connection);
  if (found > NEWEST) {
    throw new PharosError(
      "conflict",
      `telemetry store ${path} has schema ${found}, and this version of Pharos reads ${NEWEST}`,
      {
        hint: "start the version that wrote it, or move the file and its folder of segments away to begin with no history",
      },
    );
  }
  for (const { version, statements } of MIGRATIONS) {
    if (version <= found) continue;
    await connection.run("BEGIN");
    try {
      for (const statement of statements) await connection.run(statement);
      await connection.run(`UPDATE schema_version SET version = ${version}`);
      await connection.run("COMMIT");
    } catch (error) {
      await connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }
}

/** 0 for a new file. */
async function versionOf(connection: DuckDBConnection): Promise<number> {
  const tables = await connection.runAndReadAll(
    "SELECT count(*)::INTEGER AS known FROM duckdb_tables() WHERE table_name = 'schema_version'",
  );
  if (tables.getRowObjectsJS()[0]?.known === 0) return 0;
  const versions = await connection.runAndReadAll("SELECT max(version) AS version FROM schema_version");
  const { version } = versions.getRowObjectsJS()[0] ?? {};
  if (typeof version !== "number" || version < 1) throw new Error("the file does not say which schema it has");
  return version;
}
