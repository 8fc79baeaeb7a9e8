import { PharosError } from "#core/errors.ts";
import type { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { UNKNOWN_DATABASE } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { BOOK, MIGRATIONS } from "#server/telemetry/stores/clickhouse/migrations.ts";

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

/** The database, and what is needed to take it over. Throws `conflict` for one of a newer version. */
export async function prepareDatabase(client: ClickhouseClient): Promise<void> {
  try {
    await client.run("SELECT 1");
  } catch (error) {
    const { cause } = PharosError.from(error);
    if (!(cause instanceof Error && "code" in cause && cause.code === UNKNOWN_DATABASE)) throw error;
    await client.makeDatabase();
  }
  for (const statement of BOOK) await client.run(statement);
  const found = await versionOf(client);
  if (found > NEWEST)
    throw new PharosError(
      "conflict",
      `the ClickHouse database ${client.database} has schema ${found}, and this version of Pharos reads ${NEWEST}`,
      { hint: "start the version that wrote it, or name another database to begin with no history" },
    );
}

/**
 * Makes the database one of this version, with all that is in it; by who has taken it over. Each step says that it is done when it is: where
 * it is interrupted, it is done again.
 */
export async function migrate(client: ClickhouseClient): Promise<void> {
  const found = await versionOf(client);
  for (const { version, statements } of MIGRATIONS) {
    if (version <= found) continue;
    for (const statement of statements) await client.run(statement);
    await client.insert("schema_version", ["version"], [[version]]);
  }
}

/** 0 for a new one. */
async function versionOf(client: ClickhouseClient): Promise<number> {
  const [row] = await client.rows<{ version: number }>("SELECT max(version) AS version FROM schema_version");
  return row?.version ?? 0;
}
