import { openKnownStore } from "#server/telemetry/stores/duckdb/testing/known-store.ts";

/** Opens a known store and keeps it up, again and again as time goes by, for tests that kill it or take its disk away. */
const [path = ""] = process.argv.slice(2);
const MINUTES = 11;
let minutes = 0;
const told: string[] = [];
const store = await openKnownStore(path, {
  laterMs: () => minutes * 60_000,
  warn: (message) => told.push(message),
});
process.send?.({ opened: true });
for (let run = 0; run < 4; run += 1) {
  await store.maintain();
  minutes += MINUTES;
  process.send?.({ run, told: told.splice(0) });
}
await store.close();
