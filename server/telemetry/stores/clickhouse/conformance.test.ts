import { afterAll, beforeAll } from "vitest";
import { openClickhouse } from "#server/telemetry/testing/clickhouse-telemetry.ts";
import { conformance } from "#server/telemetry/testing/conformance/conformance.ts";
import { HAS_CLICKHOUSE, type RunningClickhouse, startClickhouse } from "#testing/clickhouse/start-clickhouse.ts";

let clickhouse: RunningClickhouse | undefined;
beforeAll(async () => {
  if (HAS_CLICKHOUSE) clickhouse = await startClickhouse();
});
afterAll(() => clickhouse?.stop());

// Its administrator makes copies of it, and no answer is remembered on the way.
conformance(
  "ClickHouse (engine: chdb)",
  openClickhouse(() => clickhouse?.url ?? ""),
  {
    except: ["copies", "what was asked before"],
    isThere: HAS_CLICKHOUSE,
  },
);
