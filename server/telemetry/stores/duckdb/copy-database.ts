import type { DuckDBConnection } from "@duckdb/node-api";

/** Writes what is committed, as one transaction reads it, to a file that is not there yet. */
export async function copyDatabase(connection: DuckDBConnection, to: string): Promise<void> {
  const [row] = (await connection.runAndReadAll("SELECT current_database() AS name")).getRowObjectsJS();
  await connection.run(`ATTACH '${to.replaceAll("'", "''")}' AS copied`);
  try {
    await connection.run(`COPY FROM DATABASE "${String(row?.name)}" TO copied`);
  } finally {
    await connection.run("DETACH copied");
  }
}
