import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import { makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { CredentialBook } from "#server/credentials/credential-book.ts";
import { openCredentialCipher } from "#server/credentials/credential-cipher.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());
let authority: TestAuthority;
beforeAll(async () => {
  authority = await makeTestAuthority();
});
let dir: string;
beforeEach(async () => {
  dir = temporaryDir(cleanup);
  await openAuthority(dir, "cluster.local", undefined);
});

async function use<T>(work: (book: CredentialBook, db: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>) {
  const database = await openDatabase(join(dir, "pharos.db"));
  try {
    return await work(await CredentialBook.open(database.db, openCredentialCipher(dir, undefined)), database);
  } finally {
    await database.close();
  }
}

async function pair(name = "a.example"): Promise<CredentialMaterial> {
  const { cert, key } = await authority.issue([{ type: "dns", value: name }]);
  return { certificate: cert, key };
}

const shop = { namespace: "web", name: "shop" };
const put = (book: CredentialBook, material: CredentialMaterial, ref = shop) =>
  book.apply(ref, material, "ann", new Date(0));

test("what was applied is there after a restart; the same again changes nothing, another takes its place", async () => {
  const [first, second] = [await pair(), await pair()];
  expect((await use((book) => put(book, first))).outcome).toBe("created");
  await use(async (book) => {
    expect(book.material("web/shop")?.reveal()).toEqual(first);
    expect((await put(book, first)).outcome).toBe("unchanged");
    const { outcome, facts } = await put(book, second);
    expect(outcome).toBe("updated");
    expect(book.facts().get("web/shop")).toEqual(facts);
  });
  await use(async (book) => {
    expect(book.material("web/shop")?.reveal()).toEqual(second);
    await book.remove(shop);
    await expect(book.remove(shop)).rejects.toThrow("no credential web/shop");
  });
  await use(async (book) => expect([book.list(), book.material("web/shop")]).toEqual([[], undefined]));
});

test("what another wrote is taken over, and what nobody wrote since is not opened again", async () => {
  await use(async (book, { db }) => {
    const bank = { namespace: "web", name: "bank" };
    await put(book, await pair());
    await put(book, await pair("bank.example"), bank);
    const kept = book.material("web/shop");
    const other = await CredentialBook.open(db, openCredentialCipher(dir, undefined));
    const { facts } = await put(other, await pair("new.example"), bank);
    await book.read();
    expect(book.facts().get("web/bank")).toEqual(facts);
    expect(book.material("web/shop")).toBe(kept);
    await other.remove(bank);
    await book.read();
    expect([...book.facts().keys()]).toEqual(["web/shop"]);
    expect(book.material("web/shop")).toBe(kept);
  });
});

test("the private key is in no file and in nothing that is told", async () => {
  const material = await pair();
  const told = await use(async (book) =>
    inspect([await put(book, material), book.list(), book.facts(), book], { depth: 9 }),
  );
  const line = material.key?.split("\n")[1] ?? "none";
  const der = Buffer.from((material.key ?? "").replace(/-----.*?-----|\s/g, ""), "base64").toString("latin1");
  expect(line.length).toBeGreaterThan(40);
  const files = readdirSync(dir).map((name) => readFileSync(join(dir, name)).toString("latin1"));
  for (const text of [told, ...files])
    for (const secret of [line, der, "PRIVATE KEY"]) expect(text).not.toContain(secret);
});

test("a row that was put in the place of another, or whose key is gone, is damaged and hides no other", async () => {
  await use(async (book, { db }) => {
    await put(book, await pair("a.example"));
    await put(book, await pair("b.example"), { namespace: "web", name: "bank" });
    const bank = await db.credential.findUniqueOrThrow({ where: { key: "web/bank" } });
    await db.credential.update({ where: { key: "web/shop" }, data: { sealed: bank.sealed } });
  });
  const kinds = () => use(async (book) => book.list().map(({ name, facts }) => `${name} ${facts.kind}`));
  expect(await kinds()).toEqual(["bank usable", "shop damaged"]);
  rmSync(join(dir, "credentials-key.json"));
  expect(await kinds()).toEqual(["bank damaged", "shop damaged"]);
  await use(async (book) => void (await put(book, await pair())));
  expect(await kinds()).toEqual(["bank damaged", "shop usable"]);
});

test("a key that does not open with the secret it was sealed with is told, and nothing is written", async () => {
  await use(async (book) => void (await put(book, await pair())));
  expect(() => openCredentialCipher(dir, "another secret")).toThrow(/credentials-key\.json does not open/);
  expect(await use(async (book) => book.list().map(({ facts }) => facts.kind))).toEqual(["usable"]);
});
