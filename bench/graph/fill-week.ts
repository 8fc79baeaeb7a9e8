import { DuckDBInstance } from "@duckdb/node-api";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const TEN_MINUTES_MS = 600_000;

/** Puts a week before what a closed store holds: windows of ten minutes, hours and days as its last ten minutes were, at other times. */
export async function fillWeek(path: string, endMs: number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const [row] = (
    await connection.runAndReadAll(
      "SELECT min(start_ms)::DOUBLE AS first, max(start_ms)::DOUBLE AS last FROM windows_10m",
    )
  ).getRowObjectsJS();
  const [first, last] = [Number(row?.first), Number(row?.last)];
  const fill = async (table: string, stepMs: number, untilMs: number, times: number): Promise<void> => {
    const start = Math.floor(untilMs / stepMs) * stepMs;
    await connection.run(
      `INSERT INTO ${table} BY NAME SELECT w.* REPLACE (${start} - ${stepMs} * n AS start_ms)
       FROM (SELECT * FROM windows_10m WHERE start_ms = ${last}) w, range(1, ${times + 1}) AS t(n)`,
    );
  };
  await fill("windows_10m", TEN_MINUTES_MS, first, 150);
  await fill("windows_1h", HOUR_MS, first, 7 * 24);
  await fill("windows_1d", DAY_MS, endMs, 8);
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();
}
