import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Prisma } from "#server/db/gen/client.ts";
import { LibsqlAdapter } from "#server/db/libsql-adapter.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";

const MIGRATIONS = resolve(import.meta.dirname, "../../prisma/migrations");
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pharos db "));
  path = join(directory, "pharos.db");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function withDatabase<T>(work: (opened: OpenDatabase) => Promise<T>, bytesMax?: number): Promise<T> {
  const opened = await openDatabase(path, bytesMax === undefined ? {} : { bytesMax });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

function put({ db }: OpenDatabase, key: string, value = "x"): Promise<unknown> {
  return db.setting.create({ data: { key, value } });
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

describe("opening a database", () => {
  test("makes the file with every table and column of the schema", async () => {
    await withDatabase(async ({ db }) => {
      for (const model of Object.values(Prisma.ModelName)) {
        const columns = await db.$queryRawUnsafe<{ name: string }[]>(
          `SELECT name FROM pragma_table_info('${model}') ORDER BY name COLLATE BINARY`,
        );
        const fields = Object.values(Prisma[`${model}ScalarFieldEnum`]).sort();
        expect([model, columns.map((column) => column.name)]).toEqual([model, fields]);
      }
    });
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test("makes a commit durable before it returns", async () => {
    const pragmas = await withDatabase(async ({ db }) => ({
      ...(await db.$queryRawUnsafe<object[]>("PRAGMA journal_mode"))[0],
      ...(await db.$queryRawUnsafe<object[]>("PRAGMA synchronous"))[0],
      ...(await db.$queryRawUnsafe<object[]>("PRAGMA foreign_keys"))[0],
    }));
    expect(pragmas).toEqual({ journal_mode: "wal", synchronous: 2, foreign_keys: 1 });
  });

  test("keeps one connection over many transactions", async () => {
    await withDatabase(async ({ db }) => {
      await db.$executeRawUnsafe("CREATE TEMP TABLE mark (x)");
      for (let index = 0; index < 5; index += 1) await db.$transaction(async (tx) => tx.setting.count());
      expect(await db.$queryRawUnsafe("SELECT count(*) AS n FROM temp.mark")).toEqual([{ n: 0 }]);
    });
  });

  test("opens again with what was written, and has no migration to apply", async () => {
    await withDatabase((opened) => put(opened, "a"));
    const again = await withDatabase(async ({ db, migrated }) => ({ migrated, count: await db.setting.count() }));
    expect(again).toEqual({ migrated: [], count: 1 });
  });

  test("rolls back a transaction that throws, and works on", async () => {
    await withDatabase(async (opened) => {
      const failing = opened.db.$transaction(async (tx) => {
        await tx.setting.create({ data: { key: "a", value: "x" } });
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await opened.db.setting.count()).toBe(0);
      await put(opened, "b");
    });
  });

  test("applies a new migration to an old file, once", async () => {
    await withDatabase((opened) => put(opened, "a"));
    const migrations = join(directory, "migrations");
    cpSync(MIGRATIONS, migrations, { recursive: true });
    mkdirSync(join(migrations, "20990101000000_more"));
    writeFileSync(
      join(migrations, "20990101000000_more", "migration.sql"),
      "CREATE TABLE more (x);\nINSERT INTO more VALUES (1);\n",
    );
    for (const migrated of [["20990101000000_more"], []]) {
      const opened = await openDatabase(path, { migrations });
      expect(opened.migrated).toEqual(migrated);
      expect(await opened.db.$queryRawUnsafe("SELECT count(*) AS n FROM more")).toEqual([{ n: 1 }]);
      await opened.close();
    }
    // And this version, which does not know it, leaves the file alone.
    await expect(openDatabase(path)).rejects.toThrow(
      "was written by a newer version: it has the migration 20990101000000_more",
    );
  });

  test("undoes a migration that fails half-way", async () => {
    await withDatabase((opened) => put(opened, "a"));
    const migrations = join(directory, "migrations");
    cpSync(MIGRATIONS, migrations, { recursive: true });
    mkdirSync(join(migrations, "20990101000000_bad"));
    writeFileSync(
      join(migrations, "20990101000000_bad", "migration.sql"),
      "CREATE TABLE half (x);\nINSERT INTO nowhere VALUES (1);\n",
    );
    await expect(openDatabase(path, { migrations })).rejects.toThrow("nowhere");
    const tables = await withDatabase(({ db }) =>
      db.$queryRawUnsafe("SELECT name FROM sqlite_master WHERE name = 'half'"),
    );
    expect(tables).toEqual([]);
  });
});

describe("a file that is not whole is refused, untouched, with what to do", () => {
  beforeEach(async () => {
    await withDatabase(async (opened) => {
      for (let index = 0; index < 50; index += 1) await put(opened, `key ${index}`, "x".repeat(4000));
    });
  });

  test.each<[string, () => void, RegExp]>([
    ["cut short", () => truncateSync(path, Math.floor(statSync(path).size / 2)), /is damaged/],
    ["empty", () => truncateSync(path, 0), /is empty: its content was lost/],
    ["no database", () => writeFileSync(path, "half a letter".repeat(1000)), /is damaged/],
    ["overwritten in the middle", () => overwrite(Math.floor(statSync(path).size / 2)), /is damaged/],
  ])("%s", async (_name, damage, message) => {
    damage();
    const before = hashOf(path);
    const error = await openDatabase(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      name: "PharosError",
      code: "unavailable",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/backup/),
    });
    expect(hashOf(path)).toBe(before);
  });

  test("gone, with its write-ahead log still there", async () => {
    copyFileSync(path, `${path}-wal`);
    rmSync(path);
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("is missing, but its write-ahead log"),
    });
    expect(existsSync(path)).toBe(false);
  });

  function overwrite(offset: number): void {
    const bytes = readFileSync(path);
    bytes.fill(0xff, offset - (offset % 4096), offset - (offset % 4096) + 8192);
    writeFileSync(path, bytes);
  }
});

describe("trouble while it runs", () => {
  test("a full disk fails the write, says so, and loses nothing", async () => {
    const size = await withDatabase(async (opened) => {
      await put(opened, "kept");
      return (
        Number((await opened.db.$queryRawUnsafe<{ page_count: bigint }[]>("PRAGMA page_count"))[0]?.page_count) * 4096
      );
    });
    await withDatabase(async (opened) => {
      const big = opened.db.$transaction(async (tx) => {
        for (let index = 0; index < 100; index += 1)
          await tx.setting.create({ data: { key: `big ${index}`, value: "x".repeat(10_000) } });
      });
      await expect(big).rejects.toMatchObject({
        name: "PharosError",
        code: "exhausted",
        hint: expect.stringContaining("free some space"),
      });
      expect((await opened.db.setting.findMany()).map((row) => row.key)).toEqual(["kept"]);
      await opened.db.setting.update({ where: { key: "kept" }, data: { value: "still works" } });
    }, size + 40_960);
  });

  test("kill -9 in the middle of writing loses no commit that was answered", async () => {
    const script = `
      import { openDatabase } from "#server/db/open-database.ts";
      const { db } = await openDatabase(process.argv[1]);
      for (let n = 0; ; n += 1) {
        await db.$transaction([db.setting.create({ data: { key: "a" + n, value: "x" } }), db.setting.create({ data: { key: "b" + n, value: "x".repeat(5000) } })]);
        console.log(n);
      }`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script, path], {
      cwd: resolve(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let answered = -1;
    for await (const line of createInterface({ input: child.stdout })) {
      answered = Number(line);
      if (answered === 60) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(answered).toBeGreaterThanOrEqual(60);
    const keys = await withDatabase(async ({ db }) => new Set((await db.setting.findMany()).map((row) => row.key)));
    for (let n = 0; n <= answered; n += 1) expect(keys.has(`a${n}`) && keys.has(`b${n}`)).toBe(true);
    // Both halves of a transaction or none.
    expect([...keys].filter((key) => key.startsWith("a")).length).toBe(
      [...keys].filter((key) => key.startsWith("b")).length,
    );
  });

  // Another process could otherwise take a log that is still written to for finished, and commits with it.
  test.runIf(existsSync("/proc/self/fd"))("the first start goes on with the log of the file's own name", async () => {
    await withDatabase(async (opened) => {
      await put(opened, "a");
      const held = readdirSync("/proc/self/fd").flatMap((fd) => {
        try {
          return [readlinkSync(join("/proc/self/fd", fd))];
        } catch {
          return [];
        }
      });
      expect(held).toContain(`${path}-wal`);
      expect(held.filter((file) => file.startsWith(`${path}.new`))).toEqual([]);
    });
  });

  test("closing folds the log into the file", async () => {
    await withDatabase((opened) => put(opened, "a"));
    expect(existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0).toBe(0);
  });

  test("a file locked by another process says who should stop", async () => {
    await withDatabase(async (opened) => {
      const other = new LibsqlAdapter(path).client;
      await other.execute("BEGIN IMMEDIATE");
      await opened.db.$executeRawUnsafe("PRAGMA busy_timeout = 50");
      await expect(put(opened, "a")).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("is locked by another process"),
      });
      await other.execute("ROLLBACK");
      other.close();
      await put(opened, "a");
    });
  });
});
