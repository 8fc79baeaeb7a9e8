import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { segmentTable } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import {
  KNOWN_REPORTS,
  type KnownRow,
  makeKnownStore,
  openKnownStore,
  readKnown,
  takeKnown,
} from "#server/telemetry/stores/duckdb/testing/known-store.ts";
import { damageFile, type FileDamage, fileDamages } from "#server/testing/random-damage.ts";

let base: string;
let whole: Map<string, KnownRow[]>;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "pharos-segments-"));
  await makeKnownStore(join(base, "whole/telemetry.duckdb"), join(base, "killed"));
  whole = await readKnown(join(base, "whole/telemetry.duckdb"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function copyStore(of: "whole" | "killed" = "killed"): string {
  const dir = mkdtempSync(join(base, "case-"));
  cpSync(join(base, of), dir, { recursive: true });
  return dir;
}

/** Opens it and has it made whole; says what it told meanwhile. */
async function mend(dir: string): Promise<string[]> {
  const told: string[] = [];
  const store = await openKnownStore(join(dir, "telemetry.duckdb"), {
    onLoss: (reason) => told.push(reason),
  });
  await store.maintain();
  // Reads all of it: damage is found where it is read.
  await store.copyTo(mkdtempSync(join(base, "copy-")));
  await store.maintain();
  await store.close();
  return told;
}

/** An agent that had no answer sends it all again: what is there is not counted again, and nothing is told that was told. */
async function sendAgain(dir: string): Promise<void> {
  const told: string[] = [];
  const store = await openKnownStore(join(dir, "telemetry.duckdb"), {
    onLoss: (reason) => told.push(reason),
  });
  for (let sequence = 1; sequence <= KNOWN_REPORTS; sequence += 1) await takeKnown(store, sequence);
  await store.maintain();
  await store.close();
  expect(told).toEqual([]);
  await missingIn(dir);
}

const TOLD = /table (\w+):? (\d+) (?:requests|rows)/g;
const RANGE = /between (\S+Z) and (\S+Z)/;

/** What was told: by table, how much, and of when. */
function readTold(told: readonly string[]): Map<string, { amount: number; ranges: [number, number][] }> {
  const tables = new Map<string, { amount: number; ranges: [number, number][] }>();
  for (const reason of told) {
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

/** What is not there any more, by table; all that is there was there before. */
async function missingIn(dir: string): Promise<Map<string, KnownRow[]>> {
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
async function expectOnlyToldLost(dir: string, told: readonly string[]): Promise<void> {
  const said = readTold(told);
  for (const [table, gone] of await missingIn(dir)) {
    const lost = gone.reduce((all, { amount }) => all + amount, 0);
    const { amount, ranges } = said.get(table) ?? { amount: 0, ranges: [] };
    // Longer windows of what was not over are lost with the ten seconds that they were made of.
    const tenSeconds = said.get("windows_10s") ?? { amount: 0, ranges: [] };
    const isMade = segmentTable(table).madeOf !== undefined;
    if (isMade && lost > amount)
      expect({ table, lost, told, isMore: lost - amount <= tenSeconds.amount }).toMatchObject({ isMore: true });
    else expect({ table, lost, told }).toEqual({ table, lost: amount, told });
    const all = isMade ? [...ranges, ...tenSeconds.ranges] : ranges;
    for (const { atMs } of gone) expect(all.some(([from, to]) => atMs >= from && atMs < to)).toBe(true);
  }
}

test("a store that lost its database is as it was but for what came after its last segments, and that is told", async () => {
  const dir = copyStore();
  rmSync(join(dir, "telemetry.duckdb"));
  const told = await mend(dir);
  await expectOnlyToldLost(dir, told);
  await sendAgain(dir);
  expect(told).toEqual([expect.stringMatching(/segments of what was stored before are read back/)]);
});

test("a damaged segment costs nothing while its database is whole, and is written anew", async () => {
  const dir = copyStore();
  const folder = join(dir, "telemetry.segments");
  for (const [index, name] of readdirSync(folder).entries())
    damageFile(join(folder, name), { kind: index % 2 === 0 ? "flipped" : "removed", place: 0.5 });
  expect(await mend(dir)).toEqual([]);
  rmSync(join(dir, "telemetry.duckdb"));
  const told = await mend(dir);
  await expectOnlyToldLost(dir, told);
  expect(told).toHaveLength(1);
});

/** Of whatever file. */
const damages = fc.array(
  fc.record({
    of: fc.constantFrom("database", "log", "segment", "segment", "catalog"),
    which: fc.nat(),
    damage: fileDamages,
  }),
  { minLength: 1, maxLength: 4 },
);

function filesOf(dir: string, of: string): string[] {
  const folder = join(dir, "telemetry.segments");
  const isCatalog = (name: string): boolean => name.startsWith("catalog");
  if (of === "database") return [join(dir, "telemetry.duckdb")];
  if (of === "log") return [join(dir, "telemetry.duckdb.wal")];
  return readdirSync(folder)
    .filter((name) => isCatalog(name) === (of === "catalog"))
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

test("whatever is damaged, what is there is right, what is lost is told with its size and time, and nothing is counted twice", async () => {
  const count = async (all: readonly { of: string; which: number; damage: FileDamage }[]): Promise<void> => {
    const dir = copyStore();
    for (const { of, which, damage } of all) {
      const files = filesOf(dir, of);
      const file = files[which % files.length];
      if (file !== undefined && existsSync(file)) damageFile(file, damage);
    }
    await expectOnlyToldLost(dir, await mend(dir));
    await sendAgain(dir);
    rmSync(dir, { recursive: true });
  };
  await fc.assert(fc.asyncProperty(damages, count), { numRuns: Number(process.env.PHAROS_DAMAGES ?? 8) });
});
