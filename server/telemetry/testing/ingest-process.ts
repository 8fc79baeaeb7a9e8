import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";

/** Stores one report after the other and says which were acknowledged, for tests that kill it or take its disk away. */
const [path = "", from = "1", startMs = "0"] = process.argv.slice(2);
const store = await duckdbTelemetry(path);
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
