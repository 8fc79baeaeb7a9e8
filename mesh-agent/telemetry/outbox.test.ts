import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Outbox } from "#mesh-agent/telemetry/outbox.ts";
import { ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

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

const placeAt = (offset: number) => ({
  position: { inode: 1, offset },
  clock: { total: offset, slots: [] },
  ledger: null,
  reading: null,
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
  for (let index = 0; index < 50; index += 1) outbox.commit({ place: placeAt(index) }, entry(index, 500));
  outbox.acknowledge(10);
  const { storeId } = outbox;
  outbox.close();
  damage();
  const again = Outbox.open(path, { hasHistory: true });
  // Its mark knows the place, and what waited: 10 + 11 + ... + 49.
  expect([again.hasLostState, again.place, again.lost?.requests]).toEqual([false, placeAt(49), 1180]);
  expect(again.storeId).not.toBe(storeId);
  expect(readdirSync(dir).some((name) => name.includes("damaged"))).toBe(true);
  again.close();
});

test("what a lost store held is told until it is stored that it was, also over a kill", () => {
  const outbox = Outbox.open(path);
  outbox.commit({ place: placeAt(1) }, entry(5));
  outbox.close();
  rmSync(path);
  Outbox.open(path).close();
  const again = Outbox.open(path);
  expect(again.lost?.requests).toBe(5);
  again.commit({ lost: null }, entry(0));
  again.close();
  const last = Outbox.open(path);
  expect(last.lost).toBeUndefined();
  last.close();
});

test("an older copy in the store's place is known for one: the place is the mark's, and what waited is told", () => {
  const outbox = Outbox.open(path);
  outbox.commit({ place: placeAt(1) }, entry(5));
  const copy = join(dir, "copy.db");
  copyFileSync(path, copy);
  outbox.acknowledge(1);
  outbox.commit({ place: placeAt(2) }, entry(7));
  const { storeId } = outbox;
  outbox.close();
  copyFileSync(copy, path);
  const again = Outbox.open(path, { hasHistory: true });
  expect([again.hasLostState, again.place, again.lost?.requests]).toEqual([false, placeAt(2), 7]);
  expect(again.first(), "what was acknowledged since is not sent once more").toBeUndefined();
  expect(again.storeId).not.toBe(storeId);
  again.close();
});

test("a report with a flipped bit is told as a gap of its size, and those around it are delivered", () => {
  const outbox = Outbox.open(path);
  for (const requests of [3, 4, 5])
    outbox.commit({}, { ...entry(requests), counts: Buffer.alloc(600, `<${requests}>`) });
  outbox.close();
  const file = readFileSync(path);
  const at = file.lastIndexOf("<4><4>");
  file.writeUInt8(file.readUInt8(at) ^ 1, at);
  writeFileSync(path, file);
  const again = Outbox.open(path);
  expect(again.first()?.requests).toBe(3);
  again.acknowledge(1);
  const damaged = again.first();
  const { gaps } = fromBinary(ReportRequestSchema, damaged?.counts ?? new Uint8Array());
  expect([damaged?.sequence, gaps.map(({ requests }) => requests)]).toEqual([2, [4n]]);
  again.acknowledge(2);
  expect(again.first()?.requests).toBe(5);
  again.close();
});

test("a place with a flipped bit is taken from the mark", () => {
  const outbox = Outbox.open(path);
  outbox.commit({ place: placeAt(123456) });
  outbox.close();
  const file = readFileSync(path);
  const at = file.lastIndexOf("123456");
  file.writeUInt8(file.readUInt8(at) ^ 1, at);
  writeFileSync(path, file);
  const again = Outbox.open(path, { hasHistory: true });
  expect([again.hasLostState, again.place]).toEqual([false, placeAt(123456)]);
  again.close();
});

test.each([
  ["is empty", () => truncateSync(path, 0)],
  ["is gone", () => rmSync(path)],
])(
  "a store whose mark is gone and that %s has lost its place in a log that has lines, and has none to lose otherwise",
  (_, damage) => {
    Outbox.open(path, { hasHistory: false }).close();
    for (const hasHistory of [true, false]) {
      damage();
      rmSync(`${path}.mark`);
      const again = Outbox.open(path, { hasHistory });
      expect(again.hasLostState).toBe(hasHistory);
      again.close();
    }
  },
);

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
