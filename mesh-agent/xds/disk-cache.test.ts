import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { loggerTo } from "#testing/loggers.ts";

let dir: string;
let file: string;
let log: string[];
const open = () =>
  DiskCache.open(
    file,
    loggerTo((_, message) => log.push(message)),
  );
const resource = (name: string, version: string, aliases: string[] = [], bytes = 1) => ({
  name,
  version,
  aliases,
  body: Buffer.alloc(bytes, 7),
});

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-cache-"));
  file = join(dir, "xds.db");
  log = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("what was committed is there after a restart", () => {
  const first = open();
  first.commit({ type: "t", upserts: [resource("a", "1"), resource("b", "1")], removes: [] });
  first.commit({ type: "t", upserts: [resource("a", "2")], removes: ["b"] });
  first.close();
  const second = open();
  expect(second.list("t")).toEqual([{ ...resource("a", "2"), body: new Uint8Array([7]) }]);
  expect(second.version("t", "a")).toBe("2");
  expect(second.version("t", "b")).toBeUndefined();
  second.close();
});

test("a resource is found by its aliases within its type", () => {
  const cache = open();
  cache.commit({ type: "vh", upserts: [resource("80/reviews.default", "1", ["80/reviews", "80/r"])], removes: [] });
  expect(cache.find("vh", "80/r")?.name).toBe("80/reviews.default");
  expect(cache.find("other", "80/r")).toBeUndefined();
  expect(cache.find("vh", "80/none")).toBeUndefined();
  cache.close();
});

test("keepOnly clears the rest of the type and of no other", () => {
  const cache = open();
  cache.commit({ type: "t", upserts: [resource("a", "1"), resource("b", "1")], removes: [] });
  cache.commit({ type: "u", upserts: [resource("a", "1")], removes: [] });
  cache.commit({ type: "t", upserts: [resource("c", "1")], removes: [], keepOnly: new Set(["b", "c"]) });
  expect(cache.list("t").map(({ name }) => name)).toEqual(["b", "c"]);
  expect(cache.counts()).toEqual(
    new Map([
      ["t", 2],
      ["u", 1],
    ]),
  );
  cache.close();
});

test("a file that cannot be read is moved aside, said, and replaced", () => {
  writeFileSync(file, "half of a database");
  const cache = open();
  expect(cache.isEmpty()).toBe(true);
  expect(log).toEqual([expect.stringContaining("moved aside")]);
  expect(readdirSync(dir).some((name) => name.startsWith("xds.db.unreadable-"))).toBe(true);
  cache.close();
});

test("what the disk refuses is held in memory and said; the file keeps what it had until there is room", () => {
  const cache = open();
  cache.commit({ type: "t", upserts: [resource("a", "1")], removes: [] });
  cache.limitPages(20);
  const tooMuch = { type: "t", upserts: [resource("a", "2"), resource("big", "1", [], 1_000_000)], removes: [] };
  expect(cache.commit(tooMuch)).toBe(false);
  expect([cache.version("t", "a"), cache.version("t", "big")]).toEqual(["2", "1"]);
  expect(cache.problem).toMatch(/cannot store the configuration that Envoy accepted: .*full.*\(hint: make room/);
  const killed = open();
  expect(killed.version("t", "a")).toBe("1");
  killed.close();
  cache.settle();
  expect(cache.problem).toBeUndefined();
  expect(cache.commit({ type: "t", upserts: [resource("a", "3")], removes: [] })).toBe(true);
  cache.close();
  const again = open();
  expect([again.version("t", "a"), again.version("t", "big")]).toEqual(["3", "1"]);
  again.close();
});

test("a resource with a flipped bit is told of and asked for again; the others serve", () => {
  const cache = open();
  cache.commit({
    type: "t",
    upserts: [{ ...resource("a", "1"), body: Buffer.from("<body of a>") }, resource("b", "1")],
    removes: [],
  });
  cache.close();
  const bytes = readFileSync(file);
  const at = bytes.indexOf("<body of a>") + 3;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
  writeFileSync(file, bytes);
  const again = open();
  expect([again.find("t", "a"), again.version("t", "a"), again.version("t", "b")]).toEqual([undefined, undefined, "1"]);
  expect(log).toEqual([expect.stringContaining("damaged on the disk")]);
  again.close();
});

test("a file with a write-ahead log, as earlier releases wrote it, is read whole", () => {
  const old = new DatabaseSync(file);
  old.exec("PRAGMA journal_mode = WAL");
  old.exec(
    "CREATE TABLE resource (type TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, aliases TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (type, name)) WITHOUT ROWID",
  );
  old.exec("INSERT INTO resource VALUES ('t', 'a', '1', '[]', x'07')");
  for (const side of ["", "-wal"]) copyFileSync(file + side, join(dir, `copy.db${side}`));
  old.close();
  const cache = DiskCache.open(
    join(dir, "copy.db"),
    loggerTo((_, message) => log.push(message)),
  );
  expect([cache.version("t", "a"), cache.problem, log]).toEqual(["1", undefined, []]);
  expect(cache.commit({ type: "t", upserts: [resource("a", "2")], removes: [] })).toBe(true);
  cache.close();
});

test("what is removed, or replaced, is in no byte of the file any more, which is for nobody else to read", () => {
  const cache = open();
  const secret = (text: string) => ({ ...resource("key", text), body: Buffer.from(`<${text} ${"x".repeat(5000)}>`) });
  cache.commit({ type: "t", upserts: [secret("first key"), resource("other", "1", [], 9000)], removes: [] });
  expect(readFileSync(file).includes("<first key")).toBe(true);
  expect(statSync(file).mode & 0o077).toBe(0);
  cache.commit({ type: "t", upserts: [secret("second key")], removes: [] });
  cache.commit({ type: "t", upserts: [], removes: ["key"] });
  cache.close();
  for (const name of readdirSync(dir)) {
    const bytes = readFileSync(join(dir, name));
    expect([bytes.includes("<first key"), bytes.includes("<second key")]).toEqual([false, false]);
  }
});

test("an alias goes with its resource, and belongs to whoever had it last", () => {
  const cache = open();
  cache.commit({ type: "vh", upserts: [resource("a", "1", ["x", "y"])], removes: [] });
  cache.commit({ type: "vh", upserts: [resource("b", "1", ["x"]), resource("a", "2", ["y"])], removes: [] });
  expect(["x", "y"].map((alias) => cache.find("vh", alias)?.name)).toEqual(["b", "a"]);
  cache.commit({ type: "vh", upserts: [], removes: ["a"] });
  expect(["x", "y"].map((alias) => cache.find("vh", alias)?.name)).toEqual(["b", undefined]);
  cache.close();
  const again = open();
  expect(["x", "y"].map((alias) => again.find("vh", alias)?.name)).toEqual(["b", undefined]);
  expect(again.version("vh", "b")).toBe("1");
  again.commit({ type: "vh", upserts: [], removes: [], unsure: ["b", "nobody"] });
  expect([again.version("vh", "b"), again.version("vh", "nobody")]).toEqual(["", undefined]);
  again.commit({ type: "vh", upserts: [], removes: ["b"] });
  expect(again.isEmpty()).toBe(true);
  again.close();
});

test("an alias that several list is the last one's; when that goes, another's that still has it", () => {
  const cache = open();
  const find = (of: DiskCache) => of.find("vh", "x")?.name;
  cache.commit({ type: "vh", upserts: [resource("b", "1", ["x"]), resource("a", "1", ["x"])], removes: [] });
  expect(find(cache)).toBe("a");
  cache.commit({ type: "vh", upserts: [], removes: [], unsure: ["b"] });
  expect(find(cache), "nothing came").toBe("a");
  cache.close();
  const again = open();
  expect(find(again), "the last by name").toBe("b");
  again.commit({ type: "vh", upserts: [], removes: ["b"] });
  expect(find(again)).toBe("a");
  again.commit({ type: "vh", upserts: [resource("b", "1", ["x"])], removes: [] });
  again.commit({ type: "vh", upserts: [resource("b", "2", ["y"])], removes: [] });
  expect(find(again)).toBe("a");
  again.commit({ type: "vh", upserts: [], removes: ["a"] });
  expect(find(again)).toBeUndefined();
  again.close();
});

test("a response of thousands of resources prepares as many statements as one of a single resource", () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  const cache = open();
  expect(prepare, "once, as it was opened").toHaveBeenCalled();
  const prepared = (count: number): number => {
    prepare.mockClear();
    const upserts = Array.from({ length: count }, (_, at) => resource(`r${at}`, `${count}`, [`alias-${at}`]));
    cache.commit({ type: "t", upserts, removes: [], keepOnly: new Set(upserts.map(({ name }) => name)) });
    for (let at = 0; at < count; at += 1) {
      cache.find("t", `alias-${at}`);
      cache.find("t", `nobody-${at}`);
      cache.version("t", `r${at}`);
    }
    return prepare.mock.calls.length;
  };
  expect(prepared(3000)).toBe(prepared(1));
  prepare.mockRestore();
  cache.close();
});
