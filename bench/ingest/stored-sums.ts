import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Sums } from "./sums.ts";

export interface Stored {
  readonly sums: Sums;
  /** Sets of labels. */
  readonly keys: number;
  readonly samples: number;
  /** Requests by method and path template. */
  readonly shaped: number;
}

/** What the telemetry of a server that has ended holds of windows of ten seconds. */
export async function readStored(data: string): Promise<Stored> {
  const instance = await DuckDBInstance.create(join(data, "telemetry.duckdb"), { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
  const summed = "sum(count)::DOUBLE, sum(request_bytes)::DOUBLE, sum(response_bytes)::DOUBLE, sum(duration_sum)";
  const own = "CASE reporter WHEN 'source' THEN source_workload ELSE destination_workload END";
  try {
    const all = [
      ...(await rows(`SELECT 'at ' || start_ms, ${summed} FROM windows_10s GROUP BY 1`)),
      ...(await rows(`SELECT reporter || ' ' || ${own}, ${summed} FROM windows_10s JOIN keys ON key = id GROUP BY 1`)),
    ];
    const one = async (sql: string): Promise<number> => Number((await rows(sql))[0]?.[0] ?? 0);
    return {
      sums: Object.fromEntries(
        all.map(([name, ...sum]) => [String(name), sum.map(Number) as [number, number, number, number]]),
      ),
      keys: await one("SELECT count(*)::DOUBLE FROM keys"),
      samples: await one("SELECT count(*)::DOUBLE FROM requests"),
      shaped: await one("SELECT sum(count)::DOUBLE FROM shapes"),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
