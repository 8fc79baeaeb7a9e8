import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RetentionSetting, readRetention } from "#server/compose/retention-setting.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { formatRetention, parseRetention } from "#server/telemetry/parse-retention.ts";
import { DEFAULT_RETENTION } from "#server/telemetry/ports/retention.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { HOUR, PRODUCTPAGE, START, toReviews } from "#server/telemetry/testing/store-case.ts";
import { fc } from "#testing/fc.ts";

const DAY = 24 * HOUR;

let dir: string;
let now: number;
let database: OpenDatabase;
let telemetry: RunningTelemetry;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-retention-"));
  now = START + 33_000;
  database = await openDatabase(join(dir, "pharos.db"));
  telemetry = await duckdbTelemetry(join(dir, "telemetry.duckdb"), { now: () => now });
});
afterEach(async () => {
  await telemetry.close();
  await database.close();
  rmSync(dir, { recursive: true });
});

const requests = async () => (await telemetry.queries.kept.list({ fromMs: 0, where: [], limit: 10 })).length;

test("what is set holds for what is stored already, and from the next start on", async () => {
  await telemetry.ingest.takeReport(reportOf(1, [toReviews(START, 5)]), PRODUCTPAGE);
  const setting = new RetentionSetting(database.db, telemetry, false);
  now += 3 * DAY;
  await telemetry.maintain();
  expect(await requests()).toBe(1);
  await setting.set({ requests: "2d", size: "20GB" });
  now += HOUR;
  await telemetry.maintain();
  expect(await requests()).toBe(0);
  expect(setting.describe().texts).toEqual({ ...formatRetention(DEFAULT_RETENTION), requests: "2d", size: "20GB" });
  expect(await readRetention(database.db, expect.fail)).toEqual({
    ...DEFAULT_RETENTION,
    samplesMs: 2 * DAY,
    bytesMax: 20 * 1024 ** 3,
  });
});

test("what cannot be is refused and changes nothing, and so is all where the start said it", async () => {
  const setting = new RetentionSetting(database.db, telemetry, false);
  await expect(setting.set({ spans: "soon" })).rejects.toMatchObject({ code: "invalid" });
  await expect(setting.set({ "1m": "1h" })).rejects.toMatchObject({ code: "invalid" });
  await expect(new RetentionSetting(database.db, telemetry, true).set({ spans: "1d" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(setting.describe().texts).toEqual(formatRetention(DEFAULT_RETENTION));
  expect(await readRetention(database.db, expect.fail)).toBeUndefined();
});

test("a retention reads back from its text as what it was", () => {
  const hours = fc.integer({ min: 1, max: 3650 * 24 }).map((each) => each * HOUR);
  fc.assert(
    fc.property(
      fc.array(hours, { minLength: 7, maxLength: 7 }),
      fc.integer({ min: 1, max: 4000 }),
      (ages, gigabytes) => {
        const [a = 0, b = 0, c = 0] = ages.slice(0, 3).sort((x, y) => x - y);
        const [samplesMs = 0, spansMs = 0, logsMs = 0, pointsMs = 0] = ages.slice(3);
        const bytesMax = gigabytes * 1024 ** 3;
        const retention = { tiersMs: { "10s": a, "1m": b, "10m": c }, samplesMs, spansMs, logsMs, pointsMs, bytesMax };
        const size = parseRetention({ size: formatRetention(retention).size }, DEFAULT_RETENTION).bytesMax;
        expect(parseRetention(formatRetention(retention), DEFAULT_RETENTION)).toEqual({ ...retention, bytesMax: size });
        expect(Math.abs(size / bytesMax - 1)).toBeLessThan(0.001);
      },
    ),
  );
});
