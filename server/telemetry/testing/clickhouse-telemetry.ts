import { existsSync } from "node:fs";
import { basename } from "node:path";
import { createClient } from "@clickhouse/client";
import { openClickhouseStore } from "#server/telemetry/stores/clickhouse/clickhouse-store.ts";
import type { OpenStore } from "#server/telemetry/testing/store-case.ts";

/** A database for each directory of a test, on one server; what is of a directory that is gone goes. */
export function openClickhouse(url: () => string): OpenStore {
  const opened = new Map<string, string>();
  return async (dir, options) => {
    for (const [old, database] of opened)
      if (!existsSync(old)) {
        const client = createClient({ url: url() });
        await client.command({ query: `DROP DATABASE ${database} SYNC` });
        await client.close();
        opened.delete(old);
      }
    const database = basename(dir).replaceAll("-", "_");
    opened.set(dir, database);
    const address = { url: url(), database, user: "default", password: "" };
    return openClickhouseStore({ ...options, address, batchEveryMs: 0 });
  };
}
