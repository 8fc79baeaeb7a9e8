import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { FormerRuns } from "#mesh-agent/limits/former-runs.ts";
import { journalFile, LimitJournal, readJournal, readStreams } from "#mesh-agent/limits/limit-journal.ts";
import { type DrawUnits, decodeDraws, encodeGrants } from "#proto/lease-codec.ts";
import { loggerTo, silentLogger } from "#testing/loggers.ts";
import { eventually } from "#testing/test-agent.ts";

const RUN = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a01";
const NEXT_RUN = "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a02";
const DRAW: Draw = {
  ...{ agent: RUN, key: "a", lease: 7, account: 3, used: 2, counted: 1, spent: [], idle: 4, pending: 1 },
  ...{ needs: [], want: 0 },
};

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});
function open(run = RUN) {
  const above = mkdtempSync(join(tmpdir(), "pharos-journal-"));
  dirs.push(above);
  const dir = join(above, "journals");
  return { dir, journal: new LimitJournal(dir, run, silentLogger) };
}

test("what was let through is on the file before it is said, and a line that was cut off is none", () => {
  const { dir, journal } = open();
  expect(journal.took("a", 2)).toBe(true);
  journal.drew(DRAW);
  journal.took("a", 5);
  journal.returned("a", 1);
  journal.took("b", 1);
  journal.closed("b");
  appendFileSync(journalFile(dir, RUN), '["a",100');
  expect([...readJournal(journalFile(dir, RUN))]).toEqual([
    ["a", { account: 3, used: 7, counted: 1, atMs: expect.any(Number) as number }],
  ]);
  journal.close();
});

test("of a key that is never closed the file is written anew, and has all that was let through", () => {
  const { dir, journal } = open();
  const key = "k".repeat(400);
  for (let used = 1; used <= 10_000; used += 1) {
    journal.took(key, 1);
    journal.drew({ ...DRAW, key, used, pending: 0, counted: used - 1 });
  }
  journal.took(key, 3);
  const { size } = statSync(journalFile(dir, RUN));
  expect(size).toBeLessThan(5_000_000);
  expect([...readJournal(journalFile(dir, RUN))]).toMatchObject([[key, { account: 3, used: 10_003, counted: 9999 }]]);
  journal.close();
});

test("a request that lasts stands on it until it has ended, as far as it has come, also when the file is written anew", () => {
  const { dir, journal } = open();
  const costs = [["k".repeat(400), 1]] as const;
  journal.noteStream({ id: "goes-on", costs });
  journal.noteStream({ id: "ended", costs });
  for (let bytes = 1; bytes <= 60_000; bytes += 1) journal.noteStream({ id: "goes-on", status: 200, bytes });
  journal.noteStream({ id: "ended" });
  journal.took("a", 2);
  expect(statSync(journalFile(dir, RUN)).size).toBeLessThan(4_200_000);
  expect([...readStreams([journalFile(dir, RUN)])]).toEqual([["goes-on", { costs, status: 200, bytes: 60_000 }]]);
  // Two lines that are one: half of them is neither.
  const before = statSync(journalFile(dir, RUN)).size;
  journal.together(() => {
    journal.took("a", 7);
    expect(statSync(journalFile(dir, RUN)).size).toBe(before);
    journal.noteStream({ id: "goes-on", status: 200, bytes: 60_007 });
  });
  expect(readJournal(journalFile(dir, RUN)).get("a")).toMatchObject({ used: 9 });
  expect(readStreams([journalFile(dir, RUN)]).get("goes-on")).toMatchObject({ bytes: 60_007 });
  journal.close();
});

test("where the file cannot be written anew what was to be written down goes behind what is there", () => {
  const { dir, journal } = open();
  // So long that it is to be written anew.
  journal.took("k".repeat(4_100_000), 1);
  mkdirSync(`${journalFile(dir, RUN)}.${process.pid}.new`);
  const costs = [["a", 1]] as const;
  journal.together(() => journal.noteStream({ id: "on", costs }));
  expect([...readStreams([journalFile(dir, RUN)])]).toEqual([["on", { costs, status: 0, bytes: 0 }]]);
  journal.close();
});

test("what a run took over from one before it has ended where it says so", () => {
  const { dir, journal } = open();
  const next = new LimitJournal(dir, NEXT_RUN, silentLogger);
  const costs = [["a", 1]] as const;
  for (const id of ["over", "on"]) journal.noteStream({ id, costs });
  for (const id of ["over", "on"]) next.noteStream({ id, costs, status: 200, bytes: 5 });
  next.noteStream({ id: "over" });
  utimesSync(journalFile(dir, RUN), 1, 1);
  const files = [NEXT_RUN, RUN].map((run) => journalFile(dir, run));
  expect([...readStreams([...files, join(dir, "none")])]).toEqual([["on", { costs, status: 200, bytes: 5 }]]);
  for (const each of [journal, next]) each.close();
});

test("where it cannot be written nothing is let through", () => {
  const { dir } = open();
  // Where a directory is to be made there is a file.
  writeFileSync(dir, "");
  const journal = new LimitJournal(dir, RUN, silentLogger);
  expect(journal.took("a", 1)).toBe(false);
});

test("a run that is over is told of as it was, then as known, and is told again until both are answered", async () => {
  const { dir, journal } = open();
  journal.drew(DRAW);
  journal.took("a", 5);
  journal.close();
  const told: DrawUnits[] = [];
  const failing = new Set([0, 2]);
  let calls = 0;
  const former = new FormerRuns({
    ...{ dir, run: NEXT_RUN, instance: "shop/web-0", log: silentLogger, againMs: 1 },
    call: (_, request) => {
      calls += 1;
      if (failing.has(calls - 1)) return Promise.reject(new Error("away"));
      told.push(decodeDraws(request));
      return Promise.resolve(new Uint8Array());
    },
  });
  expect(former.pending).toEqual([RUN]);
  former.start();
  await eventually("all is told", () => (former.pending.length === 0 ? true : undefined));
  former.close();
  const leases = told.map(({ isFormer, run, draws: [draw] }) => [isFormer, run, draw?.used, draw?.counted, draw?.idle]);
  expect(leases).toEqual([
    [true, RUN, 8, 1, 0],
    // It was killed before it could tell that: known is known, and is told as the first.
    [true, RUN, 8, 8, 0],
    [true, RUN, 8, 8, 0],
  ]);
  expect(told.map(({ draws: [draw] }) => (draw?.lease ?? 0) - 2 ** 52)).toEqual([0, 0, 1]);
});

const GRANT = { lease: 0, granted: 0, isAmple: false, ttlMs: 0, left: 0, waitMs: 0, members: 1 };

test("a run that the owner has no room for is kept until it has", async () => {
  const { dir, journal } = open();
  journal.took("a", 5);
  journal.took("b", 1);
  journal.close();
  const told: DrawUnits[] = [];
  const former = new FormerRuns({
    ...{ dir, run: NEXT_RUN, instance: "shop/web-0", log: silentLogger, againMs: 1 },
    call: (_, request) => {
      told.push(decodeDraws(request));
      const isRefused = told.length === 1;
      // Told twice is counted once, and what is of no rule is nothing.
      const refused = { ...GRANT, key: "b", trouble: isRefused ? ("too-many-keys" as const) : ("stale" as const) };
      return Promise.resolve(encodeGrants([{ ...GRANT, key: "a", trouble: "unknown-limit" }, refused]));
    },
  });
  former.start();
  await eventually("all is told", () => (former.pending.length === 0 ? true : undefined));
  former.close();
  expect(told.map(({ draws }) => draws.map(({ key, used, counted }) => [key, used, counted]))).toEqual([
    [
      ["a", 5, 0],
      ["b", 1, 0],
    ],
    [
      ["a", 5, 0],
      ["b", 1, 0],
    ],
    [
      ["a", 5, 5],
      ["b", 1, 1],
    ],
  ]);
});

test("a file that cannot be read stands in nobody's way, and the log says so once", async () => {
  const { dir, journal } = open("0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a09");
  journal.took("a", 5);
  journal.close();
  // Read first.
  mkdirSync(journalFile(dir, RUN));
  const said: unknown[] = [];
  const former = new FormerRuns({
    ...{ dir, run: NEXT_RUN, instance: "shop/web-0", againMs: 1 },
    log: loggerTo((level, _, { file }) => level === "warn" && said.push(file)),
    call: () => Promise.resolve(new Uint8Array()),
  });
  former.start();
  await eventually("the other one is told", () => (former.pending.length === 1 ? true : undefined));
  await eventually("the log says it", () => said[0]);
  former.close();
  expect(said).toEqual([journalFile(dir, RUN)]);
});

test("a directory that cannot be read is told of, and its runs once it can be", async () => {
  const { dir, journal } = open();
  journal.took("a", 5);
  journal.close();
  const away = `${dir}-away`;
  renameSync(dir, away);
  writeFileSync(dir, "");
  const said: unknown[] = [];
  const told: DrawUnits[] = [];
  const former = new FormerRuns({
    ...{ dir, run: NEXT_RUN, instance: "shop/web-0", againMs: 1 },
    log: loggerTo((level, _, { file }) => level === "warn" && said.push(file)),
    call: (_, request) => {
      told.push(decodeDraws(request));
      return Promise.resolve(new Uint8Array());
    },
  });
  former.start();
  await eventually("the log says it", () => said[0]);
  rmSync(dir);
  renameSync(away, dir);
  await eventually("it is told", () => (told.length === 2 ? true : undefined));
  former.close();
  expect([said, told[0]?.draws[0]?.used]).toEqual([[dir], 5]);
});
