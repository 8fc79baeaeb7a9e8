import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LedgerFile, readLedger } from "#node/ledger-file.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-ledger-"));
  path = join(dir, "a.ledger");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const entry = (commits: number) => ({ commits, atMs: 0, tally: { rows: commits } });

test.each([
  ["in turns", [1, 2, 3]],
  ["that leave some out", [1, 3, 5, 7]],
  ["of which one comes twice", [1, 2, 2, 4]],
])("whatever entries come, %s: a torn write leaves the one before", async (_, all) => {
  let before: number | undefined;
  for (const commits of all) {
    const held = before === undefined ? undefined : readFileSync(path);
    // Opened anew each time, as after a restart.
    const ledger = await LedgerFile.open(path);
    await ledger.write(entry(commits));
    await ledger.close();
    expect((await readLedger(path)).found).toEqual(entry(commits));
    if (held !== undefined && before !== undefined) {
      const whole = readFileSync(path);
      const torn = Buffer.from(whole);
      const at = whole.findIndex((byte, index) => byte !== held[index]);
      if (at >= 0) torn.fill(0, at, at + 40);
      writeFileSync(path, torn);
      expect((await readLedger(path)).found).toEqual(entry(before));
      writeFileSync(path, whole);
    }
    before = commits;
  }
});
