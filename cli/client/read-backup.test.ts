import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Header, pack } from "tar-stream";
import { afterEach, expect, test } from "vitest";
import { readBackup } from "#cli/client/read-backup.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Entry extends Partial<Header> {
  readonly name: string;
  readonly text?: string;
}

/** A backup whose manifest tells of these names, with an empty content each, and which holds these entries. */
async function openBackup(told: readonly string[], entries: readonly Entry[]) {
  const base = mkdtempSync(join(tmpdir(), "pharos-tar-"));
  cleanup.add(() => rmSync(base, { recursive: true }));
  const to = join(base, "restored");
  mkdirSync(to);
  const sha256 = createHash("sha256").digest("hex");
  const files = told.map((name) => ({ name, bytes: 0, sha256 }));
  const tar = pack();
  tar.entry({ name: "manifest.json" }, JSON.stringify({ format: 1, version: "1", at: "2026-01-01T00:00:00Z", files }));
  for (const { text, ...head } of entries) tar.entry(head, text ?? "");
  tar.finalize();
  const file = join(base, "backup.tar");
  writeFileSync(file, await buffer(tar));
  return { base, to, read: () => readBackup(file, (name) => join(to, name)) };
}

test.each<[string, readonly string[], readonly Entry[]]>([
  ["a path upwards", ["../x"], [{ name: "../x" }]],
  ["a whole path", ["/tmp/x"], [{ name: "/tmp/x" }]],
  ["a folder's file", ["a/b"], [{ name: "a/b" }]],
  ["no name", ["."], [{ name: "." }]],
  ["a file that is not told of", ["a"], [{ name: "a" }, { name: "../x" }]],
  ["a file twice", ["a"], [{ name: "a" }, { name: "a" }]],
  ["more than is told of", ["a"], [{ name: "a", text: "more" }]],
  ["less than is told of", ["a", "b"], [{ name: "a" }]],
])("a backup with %s is refused, and nothing is written beside the directory", async (_, told, entries) => {
  const { base, read } = await openBackup(told, entries);
  await expect(read()).rejects.toMatchObject({ code: "invalid" });
  expect(readdirSync(base).sort()).toEqual(["backup.tar", "restored"]);
});

test("a link in a backup becomes none", async () => {
  const { to, read } = await openBackup(["a"], [{ name: "a", type: "symlink", linkname: "/etc/passwd" }]);
  await read();
  expect(lstatSync(join(to, "a"))).toMatchObject({ size: 0 });
  expect(lstatSync(join(to, "a")).isSymbolicLink()).toBe(false);
});
