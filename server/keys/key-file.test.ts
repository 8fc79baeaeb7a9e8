import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readKeyFile, writeKeyFile } from "#server/keys/key-file.ts";

const KEPT = new Map([["https://a/keys", { keys: '{"keys":[]}', fetchedAtMs: 7 }]]);

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-keys-"));
  file = join(dir, "token-keys.json");
});
afterEach(() => rmSync(dir, { recursive: true }));

test("what was written is read; without a file there is nothing, and nothing to tell", () => {
  expect(readKeyFile(file)).toEqual({ kept: new Map(), damage: undefined });
  writeKeyFile(file, KEPT);
  expect(readKeyFile(file)).toEqual({ kept: KEPT, damage: undefined });
});

test.each([0, 20])("a file that was cut to %i bytes is told of, and keeps no start", (bytes) => {
  writeKeyFile(file, KEPT);
  truncateSync(file, bytes);
  expect(readKeyFile(file)).toEqual({ kept: new Map(), damage: `${file} is damaged` });
});

test("what cannot be read at all is told of by its path", () => {
  expect(readKeyFile(dir).damage).toContain(`${dir} cannot be read`);
});
