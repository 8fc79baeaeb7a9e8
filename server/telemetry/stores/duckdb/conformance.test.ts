import { conformance } from "#server/telemetry/testing/conformance/conformance.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";

conformance("DuckDB", openDuckdb);
