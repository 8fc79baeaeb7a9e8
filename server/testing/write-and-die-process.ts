import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ApiTokens } from "#server/auth/api-tokens.ts";
import { openSessionKey } from "#server/auth/session-key.ts";
import { makeRoot } from "#server/ca/authority.ts";
import { saveRoot } from "#server/ca/root-file.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { writeServerFile } from "#server/server-file.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";

/**
 * Fills a data directory, half of it folded into the files and half of it in the logs, and dies as by kill -9: what a
 * power cut leaves. 200 settings and 10 reports of 100 requests each way. `older` gets the files as they were after a
 * quarter, and the logs and ledgers as they were after three.
 */
const [dir = "", startMs = "0", older = ""] = process.argv.slice(2);
const database = await openDatabase(join(dir, "pharos.db"));
const openStore = () => duckdbTelemetry(join(dir, "telemetry.duckdb"));
let telemetry = await openStore();
saveRoot(dir, await makeRoot("cluster.local", Date.now()), undefined);
openSessionKey(dir, Date.now());
await new ApiTokens(database.db).ensureAdminToken(dir);
writeServerFile(dir, { console: "http://127.0.0.1:20001", xds: "127.0.0.1:15012", pid: process.pid });

async function writeQuarter(quarter: number): Promise<void> {
  for (let index = 0; index < 50; index += 1)
    await database.db.setting.create({ data: { key: `${quarter} ${index}`, value: "x".repeat(1000) } });
  for (let index = 1; index <= 5; index += 1) {
    const traffic = Array.from({ length: 100 }, (_, code) => ({
      side: "source" as const,
      from: "productpage-v1",
      to: `reviews-v${index}`,
      atMs: Number(startMs),
      count: 1,
      code: 200 + code,
    }));
    await telemetry.ingest.takeReport(reportOf(quarter * 5 + index, traffic), reporterOf("productpage-v1"));
  }
}

async function foldLogs(): Promise<void> {
  await database.db.$queryRawUnsafe("PRAGMA wal_checkpoint(TRUNCATE)");
  await telemetry.close();
  telemetry = await openStore();
}

function keep(names: readonly string[]): void {
  for (const name of names) copyFileSync(join(dir, name), join(older, name));
}

mkdirSync(older, { recursive: true });
await writeQuarter(0);
await foldLogs();
keep(["pharos.db", "telemetry.duckdb"]);
await writeQuarter(1);
await foldLogs();
await writeQuarter(2);
keep(["pharos.db-wal", "pharos.db-shm", "telemetry.duckdb.wal", "pharos.ledger", "telemetry.ledger"]);
keep(["session-key", "admin-token", "server.json"]);
// Of a mesh that was here before.
saveRoot(older, await makeRoot("cluster.local", Date.now()), undefined);
await writeQuarter(3);
process.kill(process.pid, "SIGKILL");
