import { DuckDBInstance } from "@duckdb/node-api";
import { migrate } from "#server/telemetry/stores/duckdb/migrate.ts";

/** Migrates a file and dies, as by kill -9, before the statement of this number; ends by itself when there is none. */
const [path = "", statement = "0"] = process.argv.slice(2);
const instance = await DuckDBInstance.create(path);
const connection = await instance.connect();
const run = connection.run.bind(connection);
let left = Number(statement);
connection.run = (...given) => {
  if (left === 0) process.kill(process.pid, "SIGKILL");
  left -= 1;
  return run(...given);
};
await migrate(connection, path);
connection.closeSync();
instance.closeSync();
