import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { createConfigStore } from "#server/config/store.ts";
import { A, B, configCase, rule, upsert } from "#server/config/testing/config-case.ts";
import { openDatabase } from "#server/db/open-database.ts";

const at = configCase();

describe("applying", () => {
  test("leaves the revision in the file itself, for whom the write-ahead log is lost", async () => {
    await at.apply([upsert(rule("a"))]);
    await at.apply([upsert(rule("b"))]);
    const copy = join(at.directory, "copy.db");
    copyFileSync(join(at.directory, "pharos.db"), copy);
    const other = await openDatabase(copy);
    expect(await createConfigStore(other.db).latest()).toBe(2);
    await other.close();
  });

  test("lets the compiler have the revision before the disk is waited for", async () => {
    const steps: string[] = [];
    const db = new Proxy(at.opened.db, {
      get(target, property) {
        if (property === "$queryRaw") steps.push("folded");
        return Reflect.get(target, property) as unknown;
      },
    });
    const watched = createConfigStore(db);
    const stop = new AbortController();
    const feed = (async () => {
      for await (const { revision } of watched.watch(0, stop.signal)) steps.push(`revision ${revision}`);
    })();
    // It looks for one that is there already.
    await watched.latest();
    await watched.apply({ changes: [upsert(rule("a"))], author: "alice", reason: "" });
    stop.abort();
    await feed;
    expect(steps).toEqual(["revision 1", "folded"]);
  });

  test("makes one numbered revision of all that is applied, with author, reason and time", async () => {
    const result = await at.apply([upsert(`${rule("a")}---\n${rule("b")}`), upsert(rule("c"))], "alice", "the first");
    expect(result).toMatchObject({ revision: 1, unchanged: [], diagnostics: [] });
    expect(result.changed.map(({ ref, op }) => [ref, op])).toEqual([
      [A, "created"],
      [B, "created"],
      ["DestinationRule/default/c", "created"],
    ]);
    expect(await at.store.history({ limit: 10 })).toEqual([
      {
        revision: 1,
        parent: null,
        author: "alice",
        reason: "the first",
        at: "2026-01-01T00:00:01.000Z",
        changed: result.changed.map(({ ref, op }) => ({ ref, op })),
      },
    ]);
  });

  test("keeps the document as its author wrote it, comments and all", async () => {
    await at.apply([upsert(`\n\n${rule("a", "a", "# mine\n")}\n\n`)]);
    expect((await at.store.get(A)).text).toBe(rule("a", "a", "# mine\n"));
  });

  test("makes no revision when nothing differs", async () => {
    await at.apply([upsert(rule("a"))]);
    expect(await at.apply([upsert(`${rule("a")}\n`)])).toEqual({
      revision: null,
      changed: [],
      unchanged: [A],
      diagnostics: [],
    });
    expect(await at.store.latest()).toBe(1);
  });

  test("writes only what differs; the others keep their version", async () => {
    await at.apply([upsert(rule("a")), upsert(rule("b"))]);
    const result = await at.apply([upsert(rule("a", "x")), upsert(rule("b"))], "bob");
    expect(result).toMatchObject({
      revision: 2,
      unchanged: [B],
      changed: [{ ref: A, op: "updated", before: rule("a"), after: rule("a", "x") }],
    });
    expect(await at.store.get(A)).toMatchObject({
      resourceVersion: 2,
      author: "bob",
      createdAt: "2026-01-01T00:00:01.000Z",
      updatedAt: "2026-01-01T00:00:02.000Z",
    });
    expect(await at.store.get(B)).toMatchObject({ resourceVersion: 1, author: "alice" });
  });

  test("a change of a comment alone is a change", async () => {
    await at.apply([upsert(rule("a"))]);
    expect((await at.apply([upsert(rule("a", "a", "# now with a comment\n"))])).revision).toBe(2);
  });

  test.each<[string, ConfigChange, string]>([
    ["a document with an error", upsert(`${rule("b")}---\n${rule("c").replace("host", "hots")}`), "unknown-field"],
    ["the same resource twice", upsert(`${rule("b")}---\n${rule("b", "x")}`), "duplicate-resource"],
    ["text that is no YAML", upsert("a: ["), "bad-yaml"],
  ])("changes nothing at all for %s", async (_name, change, code) => {
    await at.apply([upsert(rule("a"))]);
    const result = await at.apply([upsert(rule("a", "x")), change]);
    expect(result).toMatchObject({ revision: null, changed: [], unchanged: [] });
    expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    expect(await at.hosts()).toEqual({ a: "a" });
    expect(await at.store.latest()).toBe(1);
  });

  test("changes nothing when one of the deletes is of nothing", async () => {
    await expect(at.apply([upsert(rule("a")), { op: "delete", ref: B }])).rejects.toMatchObject({
      code: "not-found",
      message: `${B} does not exist`,
    });
    expect(await at.store.latest()).toBe(0);
  });

  test("names the file of a diagnostic", async () => {
    const { diagnostics } = await at.apply([
      { op: "upsert", text: rule("a").replace("host", "hots"), file: "rules/a.yaml" },
    ]);
    expect(diagnostics[0]).toMatchObject({ file: "rules/a.yaml", line: 4 });
  });

  test("a full disk is an error, and what was there stays", async () => {
    await at.apply([upsert(rule("a"))]);
    await at.opened.close();
    await at.open(200_000);
    const many = Array.from({ length: 500 }, (_, index) => upsert(rule(`r${index}`)));
    await expect(at.apply(many)).rejects.toMatchObject({ name: "PharosError", code: "exhausted" });
    expect(await at.hosts()).toEqual({ a: "a" });
    expect(await at.store.latest()).toBe(1);
    expect((await at.apply([upsert(rule("a", "x"))])).revision).toBe(2);
  });

  test("5,000 resources in one go, others served in between", async () => {
    const text = Array.from({ length: 5000 }, (_, index) => rule(`r${index}`)).join("---\n");
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 10);
    const result = await at.apply([upsert(text)]);
    clearInterval(timer);
    expect(result.changed).toHaveLength(5000);
    expect(turns).toBeGreaterThan(10);
    expect((await at.store.rollback(0, "alice", "")).changed).toHaveLength(5000);
    expect((await at.store.undo(2, "alice", "")).changed).toHaveLength(5000);
    expect((await at.store.revision(3)).changed).toHaveLength(5000);
  }, 120_000);
});

describe("two people at once", () => {
  test("an edit that began from an older version is a conflict that names who changed it, and when", async () => {
    await at.apply([upsert(rule("a"))]);
    await at.apply([upsert(rule("a", "x"), 1)], "bob");
    await expect(at.apply([upsert(rule("a", "y"), 1)])).rejects.toMatchObject({
      code: "conflict",
      message: `${A} was changed by bob at 2026-01-01T00:00:02.000Z (revision 2); your edit began from version 1`,
      details: { resource: A },
    });
    expect(await at.hosts()).toEqual({ a: "x" });
  });

  test("so is an edit or delete of what was deleted, and a creation of what exists", async () => {
    await at.apply([upsert(rule("a")), upsert(rule("b"))]);
    await at.apply([{ op: "delete", ref: A, expectedVersion: 1 }], "bob");
    await expect(at.apply([upsert(rule("a", "y"), 1)])).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was deleted by bob"),
    });
    await expect(at.apply([{ op: "delete", ref: A, expectedVersion: 1 }])).rejects.toMatchObject({ code: "conflict" });
    await expect(at.apply([upsert(rule("b", "y"), 0)])).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("exists already: it was written by alice"),
    });
    expect((await at.apply([upsert(rule("c"), 0)])).revision).toBe(3);
  });

  test("metadata.resourceVersion says what an edit began from, and is not kept", async () => {
    await at.apply([upsert(rule("a"))]);
    const versioned = (host: string): string =>
      rule("a", host).replace("{ name: a }", '{ name: a, resourceVersion: "1" }');
    await at.apply([upsert(versioned("x"))], "bob");
    expect((await at.store.get(A)).text).toBe(rule("a", "x"));
    await expect(at.apply([upsert(versioned("y"))])).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was changed by bob"),
    });
    expect(await at.hosts()).toEqual({ a: "x" });
  });

  test("a namespace beside the text is written into the documents that name none", async () => {
    const text = `${rule("a")}---\n${rule("b").replace("{ name: b }", "{ name: b, namespace: own }")}`;
    await at.apply([{ op: "upsert", text, namespace: "given" }]);
    expect((await at.store.list({})).map(({ ref }) => ref)).toEqual([
      "DestinationRule/given/a",
      "DestinationRule/own/b",
    ]);
    expect((await at.store.get("DestinationRule/given/a")).text).toContain("{ name: a, namespace: given }");
  });

  test("of many writers that began from one version exactly one gets through, and no revision is lost", async () => {
    await at.apply([upsert(rule("a"))]);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => at.apply([upsert(rule("a", `w${index}`), 1)], `w${index}`)),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    await Promise.all(Array.from({ length: 20 }, (_, index) => at.apply([upsert(rule(`n${index}`))])));
    expect((await at.store.history({ limit: 100 })).map((revision) => revision.revision)).toEqual(
      Array.from({ length: 22 }, (_, index) => 22 - index),
    );
  });
});

test("a plan says what an apply would do, and does nothing", async () => {
  await at.apply([upsert(rule("a")), upsert(rule("b"))]);
  const plan = await at.store.plan([upsert(rule("a", "x")), { op: "delete", ref: B }]);
  expect(plan.changed.map(({ ref, op }) => [ref, op])).toEqual([
    [A, "updated"],
    [B, "deleted"],
  ]);
  expect(plan.upserts.map((resource) => resource.spec)).toEqual([{ host: "x" }]);
  expect(plan.deletes).toEqual([{ kind: "DestinationRule", namespace: "default", name: "b" }]);
  expect(await at.store.latest()).toBe(1);
});

test("lists by kind and namespace", async () => {
  await at.apply([upsert(rule("a")), upsert(rule("b").replace("name: b", "name: b, namespace: shop"))]);
  expect((await at.store.list({ namespace: "shop" })).map((each) => each.ref)).toEqual(["DestinationRule/shop/b"]);
  expect(await at.store.list({ kinds: ["Gateway"] })).toEqual([]);
  expect((await at.store.list()).length).toBe(2);
});
