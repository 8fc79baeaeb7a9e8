import { copyFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Outbox } from "#mesh-agent/telemetry/outbox.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-outbox-"));
  path = join(dir, "telemetry.db");
});
afterEach(() => rmSync(dir, { recursive: true }));

const entry = (requests: number, bytes = 10) => ({
  createdMs: requests,
  counts: Buffer.alloc(bytes, 1),
  extras: Buffer.alloc(bytes, 2),
  requests,
});

test("reports and the place in the log are there again after a restart, under the same name", () => {
  const outbox = Outbox.open(path);
  outbox.commit({ position: { inode: 1, offset: 2 } }, entry(5));
  const { storeId } = outbox;
  outbox.close();
  const again = Outbox.open(path);
  expect(again.state("position")).toEqual({ inode: 1, offset: 2 });
  expect(again.first()).toMatchObject({ sequence: 1, requests: 5 });
  expect(again.storeId).toBe(storeId);
  again.close();
});

test("a number is never given twice, though all reports before were acknowledged", () => {
  const outbox = Outbox.open(path);
  outbox.commit({}, entry(1));
  outbox.acknowledge(1);
  outbox.close();
  const again = Outbox.open(path);
  again.commit({}, entry(1));
  expect(again.first()?.sequence).toBe(2);
  again.close();
});

test("when room is short, samples go before counts, and the oldest counts are told of", () => {
  const outbox = Outbox.open(path, { bytesMax: 100 });
  for (const requests of [1, 2, 3]) outbox.commit({}, entry(requests, 20));
  expect(outbox.trim()).toBeUndefined();
  expect(outbox.first()).toMatchObject({ sequence: 1, extras: null });
  for (const requests of [4, 5, 6]) outbox.commit({}, entry(requests, 20));
  expect(outbox.trim()).toEqual({ requests: 3, fromMs: 1, toMs: 2 });
  expect(outbox.first()?.sequence).toBe(3);
  outbox.close();
});

test.each([
  ["that is something else", () => writeFileSync(path, "x".repeat(5000))],
  ["that lost its end", () => truncateSync(path, 5000)],
  ["whose head is overwritten", () => writeFileSync(path, "x".repeat(200), { flag: "r+" })],
])("a store %s is moved aside, not deleted, and begun anew under another name", (_, damage) => {
  const outbox = Outbox.open(path);
  for (let index = 0; index < 50; index += 1) outbox.commit({ position: index }, entry(index, 500));
  const { storeId } = outbox;
  outbox.close();
  damage();
  const again = Outbox.open(path);
  expect(again.hasLostState).toBe(true);
  expect(again.storeId).not.toBe(storeId);
  expect(readdirSync(dir).some((name) => name.includes("damaged"))).toBe(true);
  again.close();
});

test.each([
  ["is empty", () => truncateSync(path, 0)],
  ["is gone", () => rmSync(path)],
])("a store that %s has lost its place in a log that has lines, and has none to lose otherwise", (_, damage) => {
  Outbox.open(path, { hasHistory: false }).close();
  for (const hasHistory of [true, false]) {
    damage();
    const again = Outbox.open(path, { hasHistory });
    expect(again.hasLostState).toBe(hasHistory);
    again.close();
  }
});

test("what a killed agent had committed stands in one file", () => {
  const outbox = Outbox.open(path);
  outbox.commit({ position: 7 }, entry(5));
  const copy = join(dir, "copy.db");
  copyFileSync(path, copy);
  const again = Outbox.open(copy, { hasHistory: true });
  expect([again.hasLostState, again.state("position"), again.first()?.requests]).toEqual([false, 7, 5]);
  again.close();
  outbox.close();
});
