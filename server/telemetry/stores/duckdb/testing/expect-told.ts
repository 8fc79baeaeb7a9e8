import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "vitest";
import { segmentTable } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import { type KnownRow, type KnownTables, readKnown } from "#server/telemetry/stores/duckdb/testing/known-store.ts";

const TOLD = /table (\w+):? (\d+) (?:requests|rows)/g;
const RANGE = /between (\S+Z) and (\S+Z)/;

interface Told {
  amount: number;
  readonly ranges: [fromMs: number, toMs: number][];
}

/** What a store in a directory has told that it lost: by table, how much, and of when. */
async function readTold(dir: string): Promise<ReadonlyMap<string, Told>> {
  const instance = await DuckDBInstance.create(join(dir, "telemetry.duckdb"), { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll("SELECT reason FROM gaps WHERE reason LIKE 'the telemetry store%'");
  connection.closeSync();
  instance.closeSync();
  const tables = new Map<string, Told>();
  for (const [found] of rows.getRowsJS()) {
    const reason = String(found);
    const [, from = "", to = ""] = RANGE.exec(reason) ?? [];
    for (const [, table = "", amount = ""] of reason.matchAll(TOLD)) {
      const known = tables.get(table) ?? { amount: 0, ranges: [] };
      known.amount += Number(amount);
      known.ranges.push([Date.parse(from), Date.parse(to)]);
      tables.set(table, known);
    }
  }
  return tables;
}

/** What of `whole` is not there any more, by table; all that is there was there before, and is there once. */
export async function expectNothingMade(dir: string, whole: KnownTables): Promise<ReadonlyMap<string, KnownRow[]>> {
  const missing = new Map<string, KnownRow[]>();
  const after = await readKnown(join(dir, "telemetry.duckdb"));
  for (const [table, rows] of whole) {
    const left = new Map((after.get(table) ?? []).map((row) => [row.name, row]));
    expect({ table, rows: left.size }).toEqual({ table, rows: after.get(table)?.length });
    const gone = rows.flatMap((row) => {
      const found = left.get(row.name);
      left.delete(row.name);
      if (found?.text === row.text) return [];
      expect(found?.amount ?? 0).toBeLessThan(row.amount);
      return [{ ...row, amount: row.amount - (found?.amount ?? 0) }];
    });
    expect({ table, made: [...left.keys()] }).toEqual({ table, made: [] });
    missing.set(table, gone);
  }
  return missing;
}

/** What is not there was told of, in its size and its time. */
export async function expectOnlyToldLost(dir: string, whole: KnownTables): Promise<void> {
  const said = await readTold(dir);
  const saidOf = (table: string): Told => said.get(table) ?? { amount: 0, ranges: [] };
  for (const [table, gone] of await expectNothingMade(dir, whole)) {
    const lost = gone.reduce((all, { amount }) => all + amount, 0);
    const { amount, ranges } = saidOf(table);
    // Longer windows of what was not over are lost with the ten seconds that they were made of.
    const madeOf = segmentTable(table).madeOf === undefined ? { amount: 0, ranges: [] } : saidOf("windows_10s");
    expect({ table, lost, toldMost: amount + madeOf.amount, toldLeast: amount }).toSatisfy(
      () => lost >= amount && lost <= amount + madeOf.amount,
    );
    for (const { atMs } of gone)
      expect([...ranges, ...madeOf.ranges].some(([from, to]) => atMs >= from && atMs < to)).toBe(true);
  }
}
