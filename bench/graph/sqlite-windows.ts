import { DatabaseSync } from "node:sqlite";
import { LE_COUNT } from "#core/telemetry/buckets.ts";
import { addToLe } from "#core/telemetry/histogram.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** The peer: the same windows by Istio's buckets in one SQLite table, keyed by number and indexed by time, summed when asked. */
export class SqliteWindows {
  readonly #db: DatabaseSync;
  readonly #ids = new Map<string, number>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    const buckets = Array.from({ length: LE_COUNT }, (_, index) => `b${index} INTEGER`);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -262144;
      CREATE TABLE windows (start_ms INTEGER, key INTEGER, count INTEGER, request_bytes INTEGER, response_bytes INTEGER, duration_sum REAL, ${buckets.join(", ")});
      CREATE INDEX by_time ON windows (start_ms);`);
  }

  add(windows: readonly RequestWindow[]): void {
    const insert = this.#db.prepare(
      `INSERT INTO windows VALUES (${new Array<string>(6 + LE_COUNT).fill("?").join(", ")})`,
    );
    this.#db.exec("BEGIN");
    for (const window of windows) {
      const name = `${window.reporter} ${window.sourceWorkload} ${window.destinationWorkload} ${window.responseCode}`;
      const id = this.#ids.get(name) ?? this.#ids.size;
      this.#ids.set(name, id);
      const { windowStartMs, count, requestBytes, responseBytes, durationSumMs, durations } = window;
      const buckets = new Float64Array(LE_COUNT);
      addToLe(buckets, durations);
      insert.run(windowStartMs, id, count, requestBytes, responseBytes, durationSumMs, ...buckets);
    }
    this.#db.exec("COMMIT");
  }

  /** Rows of the range, summed by key. */
  sum(startMs: number, endMs: number): number {
    const sums = [
      "count",
      "request_bytes",
      "response_bytes",
      "duration_sum",
      ...Array.from({ length: LE_COUNT }, (_, index) => `b${index}`),
    ].map((column) => `sum(${column})`);
    return this.#db
      .prepare(`SELECT key, ${sums.join(", ")} FROM windows WHERE start_ms >= ? AND start_ms < ? GROUP BY key`)
      .all(startMs, endMs).length;
  }

  close(): void {
    this.#db.close();
  }
}
