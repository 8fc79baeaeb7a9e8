import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";

test("a question that takes long holds up no short one, and the next long one waits for it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-lanes-"));
  const file = await DuckdbFile.open({ path: join(dir, "t.duckdb"), now: Date.now, onOpen: async () => undefined });
  const answered: string[] = [];
  const ask = async (name: string, sql: string, lane: "short" | "long"): Promise<void> => {
    await file.read((reader) => reader.rows(sql), lane);
    answered.push(name);
  };
  await Promise.all([
    ask("heavy", "SELECT sum(hash(a.range, b.range) % 7) FROM range(8000) AS a, range(8000) AS b", "long"),
    ask("next", "SELECT 1", "long"),
    ask("graph", "SELECT 1", "short"),
  ]);
  expect(answered).toEqual(["graph", "heavy", "next"]);
  await file.close();
  rmSync(dir, { recursive: true });
});
