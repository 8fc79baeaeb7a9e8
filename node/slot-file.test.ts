import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSlots, SlotFile, type SlotFormat } from "#node/slot-file.ts";

/** A number and, to tell a whole entry from a torn one, the same once more. */
const FORMAT: SlotFormat<number> = {
  slotBytes: 64,
  blank: 0,
  encode: (entry) => `${entry} ${entry}`,
  decode(text) {
    const [one, other] = text.split(" ");
    return one !== undefined && one !== "" && one === other ? Number(one) : undefined;
  },
  order: (entry) => entry,
};

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-slots-"));
  path = join(dir, "a.mark");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Opened anew each time, as after a restart. */
function write(...entries: readonly number[]): void {
  for (const entry of entries) {
    const file = SlotFile.open(path, FORMAT, true);
    file.write(entry);
    file.close();
  }
}

test("the file has its size from the start, and holds the newest entry and the one before", () => {
  expect(readSlots(path, FORMAT)).toEqual({ state: "new", newest: undefined, slot: 0 });
  SlotFile.open(path, FORMAT, true).close();
  expect(readSlots(path, FORMAT)).toMatchObject({ state: "whole", newest: undefined });
  for (const entry of [1, 2, 2, 5, 30]) {
    write(entry);
    expect(readSlots(path, FORMAT)).toMatchObject({ state: "whole", newest: entry });
    expect(readFileSync(path)).toHaveLength(128);
  }
});

test("a write that is cut off leaves the entry before; with both gone the file is damaged, and is written anew", () => {
  write(1, 2, 3);
  const { slot } = readSlots(path, FORMAT);
  const bytes = readFileSync(path);
  bytes.write("4 ", slot * 64);
  bytes.fill(0, slot * 64 + 2, slot * 64 + 20);
  writeFileSync(path, bytes);
  expect(readSlots(path, FORMAT)).toMatchObject({ state: "whole", newest: 2 });
  writeFileSync(path, "nonsense");
  expect(readSlots(path, FORMAT)).toMatchObject({ state: "damaged", newest: undefined });
  write(9);
  expect(readSlots(path, FORMAT)).toMatchObject({ state: "whole", newest: 9 });
});

test("an entry that is longer than its place is refused, and what is there stays", () => {
  write(7);
  const file = SlotFile.open(path, { ...FORMAT, encode: () => "x".repeat(65) }, true);
  expect(() => file.write(8)).toThrow("longer than its place");
  file.close();
  expect(readSlots(path, FORMAT)).toMatchObject({ newest: 7 });
});
