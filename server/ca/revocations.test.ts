import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RevocationBook } from "#server/ca/revocations.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";

const NOW = new Date(Date.UTC(2026, 0, 1));
const SUBJECT = { kind: "identity", subject: "spiffe://cluster.local/ns/default/sa/reviews" } as const;
const CREDENTIAL = { spiffeId: SUBJECT.subject };

let dir: string;
let opened: OpenDatabase;
let book: RevocationBook;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-revocations-"));
  opened = await openDatabase(join(dir, "pharos.db"));
  book = await RevocationBook.open(opened.db);
});
afterEach(async () => {
  await opened.close();
  rmSync(dir, { recursive: true, force: true });
});

test("of several who revoke one thing at one moment one does, the others are told who", async () => {
  const all = await Promise.allSettled(["ada", "ben", "cleo"].map((by) => book.add(SUBJECT, by, "leaked", NOW)));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  const [standing, ...more] = book.active();
  expect(more).toEqual([]);
  await book.lift(standing?.id ?? "", "ada", "", NOW);
  await book.read();
  expect(book.find(CREDENTIAL)).toBeUndefined();
});

test("what is revoked while the database is read stays revoked", async () => {
  const { promise: gate, resolve: goOn } = Promise.withResolvers<void>();
  let isWaiting = false;
  const slow = new Proxy(opened.db, {
    get: (db, property) =>
      property !== "revocation"
        ? (Reflect.get(db, property) as unknown)
        : new Proxy(db.revocation, {
            get: (table, method) =>
              method !== "findMany"
                ? (Reflect.get(table, method) as unknown)
                : async (...args: Parameters<typeof table.findMany>) => {
                    const rows = await table.findMany(...args);
                    if (isWaiting) await gate;
                    return rows;
                  },
          }),
  });
  const read = await RevocationBook.open(slow);
  isWaiting = true;
  const reading = read.read();
  const adding = read.add(SUBJECT, "ada", "leaked", NOW);
  // Long enough for it to be written, were it not for its turn.
  for (let turn = 0; turn < 20; turn += 1) await opened.db.revocation.count();
  goOn();
  await Promise.all([reading, adding]);
  expect(read.find(CREDENTIAL)).toBeDefined();
});

test("what was revoked more than once by an older version is believed again when one of these is lifted", async () => {
  for (const id of ["one", "two"])
    await opened.db.revocation.create({
      data: { id, ...SUBJECT, reason: "leaked", createdBy: "ada", createdAt: NOW },
    });
  await book.read();
  expect(book.find(CREDENTIAL)).toBeDefined();
  expect((await book.lift("one", "ben", "", NOW)).lifted?.by).toBe("ben");
  await book.read();
  expect(book.find(CREDENTIAL)).toBeUndefined();
  await expect(book.lift("two", "ben", "", NOW)).rejects.toMatchObject({ code: "not-found" });
});
