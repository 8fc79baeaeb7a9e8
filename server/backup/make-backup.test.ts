import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { makeBackup } from "#server/backup/make-backup.ts";
import { SmallDisk } from "#testing/small-disk.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

function openDir(at?: string): string {
  const base = at ?? mkdtempSync(join(tmpdir(), "pharos-copy-"));
  if (at === undefined) cleanup.add(() => rmSync(base, { recursive: true }));
  const dir = join(base, "server");
  mkdirSync(dir);
  writeFileSync(join(dir, "session-key"), "key");
  return dir;
}

const backUp = (dir: string) =>
  makeBackup({ dir, version: "1", telemetry: { copyTo: async () => undefined }, now: () => new Date() });

test.skipIf(!SmallDisk.canMount())(
  "a disk that has no room for a copy is not filled by one (skipped where no disk can be mounted)",
  async () => {
    const disk = SmallDisk.mount(64);
    cleanup.add(() => disk.unmount());
    const dir = openDir(disk.path);
    writeFileSync(join(dir, "telemetry.duckdb"), Buffer.alloc(40 * 1024 ** 2));
    await expect(backUp(dir)).rejects.toMatchObject({ code: "exhausted" });
    rmSync(join(dir, "telemetry.duckdb"));
    const backup = await backUp(dir);
    disk.fill();
    await backup.discard();
    await expect(backUp(dir)).rejects.toMatchObject({ code: "exhausted" });
    expect(readdirSync(dir)).toEqual(["session-key"]);
  },
);

test("a database that is elsewhere is in the backup, and what a backup could not name is told, not left out", async () => {
  const dir = openDir();
  const db = new DatabaseSync(join(dir, "../other.db"));
  db.exec("CREATE TABLE t (x)");
  db.close();
  symlinkSync("../other.db", join(dir, "pharos.db"));
  const { manifest, discard } = await backUp(dir);
  await discard();
  expect(manifest.files.map(({ name }) => name)).toEqual(["pharos.db", "session-key"]);
  writeFileSync(join(dir, "my notes"), "");
  await expect(backUp(dir)).rejects.toThrow(/"my notes" in the data directory/);
  expect(existsSync(dir) && readdirSync(dir).some((name) => name.startsWith("."))).toBe(false);
});
