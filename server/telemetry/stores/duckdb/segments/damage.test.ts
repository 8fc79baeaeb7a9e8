import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNothingMade, expectOnlyToldLost } from "#server/telemetry/stores/duckdb/testing/expect-told.ts";
import {
  KNOWN_REPORTS,
  KNOWN_TRACE,
  type KnownTables,
  makeKnownStore,
  openKnownStore,
  readKnown,
  takeKnown,
} from "#server/telemetry/stores/duckdb/testing/known-store.ts";
import { damageFile, type FileDamage, fileDamages } from "#server/testing/random-damage.ts";
import { fc } from "#testing/fc.ts";

/** Of a file of DuckDB: three headers, then blocks. */
const HEADERS = 3 * 4096;
const BLOCK = 262_144;

let base: string;
let whole: KnownTables;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "pharos-damage-"));
  await makeKnownStore(join(base, "whole/telemetry.duckdb"), join(base, "killed"));
  whole = await readKnown(join(base, "whole/telemetry.duckdb"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function copyStore(): string {
  const dir = mkdtempSync(join(base, "case-"));
  cpSync(join(base, "killed"), dir, { recursive: true });
  return dir;
}

/** Opens it and has it made whole; says what it told meanwhile. */
async function mend(dir: string): Promise<string[]> {
  const told: string[] = [];
  const store = await openKnownStore(join(dir, "telemetry.duckdb"), { onLoss: (reason) => told.push(reason) });
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
  const store = await openKnownStore(join(dir, "telemetry.duckdb"), { onLoss: (reason) => told.push(reason) });
  for (let sequence = 1; sequence <= KNOWN_REPORTS; sequence += 1) await takeKnown(store, sequence);
  await store.maintain();
  await store.close();
  expect(told).toEqual([]);
  await expectNothingMade(dir, whole);
}

test("a store that lost its database is as it was but for what came after its last segments, and that is told", async () => {
  const dir = copyStore();
  rmSync(join(dir, "telemetry.duckdb"));
  const told = await mend(dir);
  await expectOnlyToldLost(dir, whole);
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
  expect(await mend(dir)).toHaveLength(1);
  await expectOnlyToldLost(dir, whole);
});

test("a folder among the segments stays where it is, and keeps no round from being made", async () => {
  const dir = copyStore();
  const folder = join(dir, "telemetry.segments");
  mkdirSync(join(folder, "lost+found"));
  for (const name of readdirSync(folder)) if (name.startsWith("spans-")) rmSync(join(folder, name));
  const count = readdirSync(folder).length;
  expect(await mend(dir)).toEqual([]);
  expect(readdirSync(folder).length).toBeGreaterThan(count);
  expect(existsSync(join(folder, "lost+found"))).toBe(true);
});

test("that what is over cannot be written to segments is said for as long as it is so", async () => {
  const dir = copyStore();
  const folder = join(dir, "telemetry.segments");
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "in its place");
  let laterMs = 0;
  const store = await openKnownStore(join(dir, "telemetry.duckdb"), { laterMs: () => laterMs });
  await store.maintain();
  expect(store.health().segments?.failure).toContain(folder);
  rmSync(folder);
  laterMs = 600_000;
  await store.maintain();
  expect(store.health().segments).toMatchObject({ failure: null, damaged: 0 });
  await store.close();
});

/** Destroys the blocks of a database that hold attributes of spans: nobody reads them as it is opened. */
async function damageSpans(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run("CHECKPOINT");
  const rows = await connection.runAndReadAll(
    "SELECT DISTINCT block_id::INTEGER FROM pragma_storage_info('spans') WHERE column_name = 'attributes' AND block_id >= 0",
  );
  connection.closeSync();
  instance.closeSync();
  const file = openSync(path, "r+");
  for (const [block] of rows.getRowsJS()) writeSync(file, "damaged!", HEADERS + Number(block) * BLOCK + BLOCK / 2);
  closeSync(file);
}

test("a database that is found damaged as it is read is made anew while it goes on, and takes what comes", async () => {
  const dir = copyStore();
  const path = join(dir, "telemetry.duckdb");
  await damageSpans(path);
  const told: string[] = [];
  const store = await openKnownStore(path, { onLoss: (reason) => told.push(reason) });
  expect(told).toEqual([]);
  const { spans } = (await store.queries.trace(KNOWN_TRACE)) ?? {};
  expect(told).toEqual([expect.stringMatching(/segments of what was stored before are read back.*damaged-/)]);
  for (let sequence = 1; sequence <= KNOWN_REPORTS; sequence += 1) await takeKnown(store, sequence);
  await store.maintain();
  expect((await store.queries.trace(KNOWN_TRACE))?.spans).toMatchObject([{ operation: "n1" }]);
  expect(spans ?? []).toHaveLength(0);
  expect((await store.storage()).segments).toMatchObject({ restoring: 0 });
  await store.close();
  await expectNothingMade(dir, whole);
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
  const mends = async (all: readonly { of: string; which: number; damage: FileDamage }[]): Promise<void> => {
    const dir = copyStore();
    for (const { of, which, damage } of all) {
      const files = filesOf(dir, of);
      const file = files[which % files.length];
      if (file !== undefined && existsSync(file)) damageFile(file, damage);
    }
    await mend(dir);
    await expectOnlyToldLost(dir, whole);
    await sendAgain(dir);
    rmSync(dir, { recursive: true });
  };
  await fc.assert(fc.asyncProperty(damages, mends), { numRuns: Number(process.env.PHAROS_DAMAGES ?? 8) });
});
