import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { createAudit } from "#server/audit/audit.ts";
import type { AuditLine } from "#server/audit/audit-line.ts";
import { RefusalBook } from "#server/audit/refusal-book.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { loggerTo } from "#testing/loggers.ts";

let dir: string;
let database: OpenDatabase;
let logged = 0;
const log = loggerTo(() => {
  logged += 1;
});

beforeEach(async () => {
  logged = 0;
  dir = mkdtempSync(join(tmpdir(), "pharos-audit-"));
  database = await openDatabase(join(dir, "pharos.db"));
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const refused = (over: Partial<AuditLine> = {}): AuditLine => ({
  actor: "anonymous",
  action: "config.list",
  resource: "",
  outcome: "refused",
  reason: "config.list needs a session or an API token",
  from: "192.0.2.1",
  ...over,
});
const sizeOf = (): number =>
  ["", "-wal"].reduce((sum, suffix) => sum + statSync(join(dir, `pharos.db${suffix}`)).size, 0);

test("refusals of one kind are one line and a count, in the log as in the database", async () => {
  const audit = createAudit(database.db, log);
  for (let index = 0; index < 5000; index++) audit.write(refused());
  audit.write(refused({ actor: "ada", reason: "config.list needs the role admin" }));
  await audit.close();
  const lines = await audit.list({ limit: 500 });
  expect(lines).toHaveLength(12);
  expect(lines.slice(0, 3).map(({ actor, reason }) => [actor, reason])).toEqual([
    ["anonymous", "4990 more times: config.list needs a session or an API token"],
    ["ada", "config.list needs the role admin"],
    ["anonymous", "config.list needs a session or an API token"],
  ]);
  expect(logged).toBe(12);
});

test("whoever makes up kinds, addresses and reasons fills neither disk nor log", async () => {
  const audit = createAudit(database.db, log);
  await audit.list({ limit: 1 });
  const before = sizeOf();
  for (let index = 0; index < 20_000; index++)
    audit.write(
      refused({
        action: `/api/${"x".repeat(index % 500)}`,
        reason: `${"r".repeat(index % 1900)}`,
        from: `192.0.${index % 200}.${index % 7}`,
      }),
    );
  // What people did is written all the same.
  audit.write({ ...refused(), actor: "ada", action: "config.apply", outcome: "allowed", reason: "revision 7" });
  await audit.close();
  expect(sizeOf() - before).toBeLessThan(8_000_000);
  expect(await audit.list({ limit: 500, actor: "ada" })).toMatchObject([{ reason: "revision 7" }]);
});

test("the trail is bounded where it is written", async () => {
  const audit = createAudit(database.db, log, { keptMax: 3000 });
  for (let index = 0; index < 6000; index++) {
    audit.write({ ...refused(), actor: "ada", outcome: "allowed", reason: `revision ${index}` });
    if (index % 2000 === 0) await audit.list({ limit: 1 });
  }
  await audit.close();
  expect(await database.db.auditLine.count()).toBeLessThanOrEqual(5000);
  expect((await audit.list({ limit: 1 }))[0]?.reason).toBe("revision 5999");
});

test("strangers who are refused for ever push nothing out that was done", async () => {
  const audit = createAudit(database.db, log, { keptMax: 200, refusedKeptMax: 500 });
  audit.write(refused({ actor: "ada", action: "config.apply", outcome: "allowed", reason: "revision 7" }));
  for (let index = 0; index < 2000; index++)
    audit.write(refused({ action: `/${index}`, from: `192.0.2.${index % 200}` }));
  await audit.close();
  expect(await database.db.auditLine.count({ where: { outcome: "refused" } })).toBeLessThanOrEqual(1500);
  expect(await audit.list({ limit: 5, actor: "ada" })).toMatchObject([{ reason: "revision 7" }]);
});

test("an hour of made-up refusals costs a few hundred lines a minute, and its count is told", () => {
  const told: AuditLine[] = [];
  const book = new RefusalBook((line) => void told.push(line));
  const perMinute: number[] = [];
  for (let minute = 0; minute < 60; minute++) {
    const before = told.length;
    for (let index = 0; index < 5000; index++)
      book.add(refused({ action: `/${"x".repeat(index % 190)}${minute}`, from: `192.0.${index % 250}.${minute % 7}` }));
    book.summarize();
    perMinute.push(told.length - before);
  }
  expect(Math.max(...perMinute)).toBeLessThan(5000);
  expect(perMinute.slice(2).every((lines) => lines <= 310)).toBe(true);
  expect(told.at(-1)?.reason).toMatch(/^\d+ more of many kinds/);
});

test.each([
  ["of IPv4", (index: number) => `192.0.2.1:${1024 + index}`],
  ["of IPv4 in IPv6", (index: number) => `::ffff:192.0.2.1:${1024 + index}`],
  ["of IPv6, with as many addresses", (index: number) => `2001:db8::${index.toString(16)}:1:${1024 + index}`],
])("a stranger %s who connects again and again is one, and leaves their lines to others", (_, from) => {
  const told: AuditLine[] = [];
  const book = new RefusalBook((line) => void told.push(line));
  for (let index = 1; index <= 3000; index++) book.add(refused({ from: from(index) }));
  expect(told.map((line) => line.from)).toEqual(Array.from({ length: 10 }, (__, index) => from(index + 1)));
  for (let index = 1; index <= 3000; index++) book.add(refused({ action: `/${"x".repeat(index)}`, from: from(index) }));
  expect(told).toHaveLength(1000);
  book.add(refused({ from: "198.51.100.1:1024" }));
  expect(told.at(-1)?.from).toBe("198.51.100.1:1024");
});

test("lines that a full disk does not take are kept, and stored with the next when there is room", async () => {
  let isFull = true;
  const auditLine = new Proxy(database.db.auditLine, {
    get: (target, property) =>
      property === "createMany" && isFull
        ? () => Promise.reject(new PharosError("exhausted", "the disk that holds database pharos.db is full"))
        : (Reflect.get(target, property) as unknown),
  });
  const audit = createAudit({ auditLine } as never, log);
  for (const reason of ["revision 7", "revision 8"]) {
    audit.write(refused({ actor: "ada", action: "config.apply", outcome: "allowed", reason }));
    expect(await audit.list({ limit: 10 })).toEqual([]);
  }
  isFull = false;
  audit.write(refused({ actor: "ada", action: "config.apply", outcome: "allowed", reason: "revision 9" }));
  await audit.close();
  const reasons = (await audit.list({ limit: 10 })).map(({ reason }) => reason);
  expect(reasons).toEqual(["revision 9", "revision 8", "revision 7"]);
  // Three lines, and once that they wait.
  expect(logged).toBe(4);
});
