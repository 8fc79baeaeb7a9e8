import { startTelemetry } from "#server/telemetry/start-telemetry.ts";
import { openClickhouseStore } from "#server/telemetry/stores/clickhouse/clickhouse-store.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";

/**
 * Stores one report after the other and says which were acknowledged, for tests that kill it or take its disk away. `place`: a file of DuckDB's, or
 * the address of a ClickHouse as JSON.
 */
const [place = "", from = "1", startMs = "0"] = process.argv.slice(2);
const store = place.startsWith("{")
  ? await startTelemetry({
      maintainEveryMs: 0,
      openStore: (options) => openClickhouseStore({ ...options, address: JSON.parse(place), batchEveryMs: 0 }),
    })
  : await duckdbTelemetry(place);
const spans = Buffer.alloc(0);
for (let sequence = Number(from); ; sequence += 1) {
  try {
    // Many codes, so that the file grows.
    const traffic = Array.from({ length: 200 }, (_, index) => ({
      side: "source" as const,
      from: "productpage-v1",
      to: `reviews-v${index}`,
      atMs: Number(startMs),
      count: 1,
      code: 100 + ((sequence + index) % 500),
    }));
    const { acknowledgedSequence } = await store.ingest.takeReport(
      reportOf(sequence, traffic, { spans: [spans] }),
      reporterOf("productpage-v1"),
    );
    process.send?.({ acknowledged: acknowledgedSequence });
  } catch (error) {
    process.send?.({ code: (error as { code?: string }).code, message: String(error) });
    break;
  }
}
