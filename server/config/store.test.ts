import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { History } from "#server/config/history.ts";
import type { RevisionEvent } from "#server/config/revision-feed.ts";
import { type ConfigStore, createConfigStore } from "#server/config/store.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";

let directory: string;
let opened: OpenDatabase;
let store: ConfigStore;
let clock: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "pharos-config-"));
  clock = Date.UTC(2026, 0, 1);
  await open();
});
afterEach(async () => {
  await opened.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(bytesMax?: number): Promise<void> {
  opened = await openDatabase(join(directory, "pharos.db"), bytesMax === undefined ? {} : { bytesMax });
  store = createConfigStore(opened.db, undefined, () => {
    clock += 1000;
    return new Date(clock);
  });
}

function rule(name: string, host = name, comment = ""): string {
  return `${comment}apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: ${name} }\nspec: { host: ${host} }\n`;
}

function upsert(text: string, expectedVersion?: number): ConfigChange {
  return { op: "upsert", text, expectedVersion };
}

function apply(changes: ConfigChange[], author = "alice", reason = "why not") {
  return store.apply({ changes, author, reason });
}

async function hosts(): Promise<Record<string, string>> {
  const { resources } = await store.snapshotResources();
  return Object.fromEntries(
    resources.map((resource) => [
      resource.metadata.name,
      resource.kind === "DestinationRule" ? resource.spec.host : "",
    ]),
  );
}

const A = "DestinationRule/default/a";
const B = "DestinationRule/default/b";

describe("applying", () => {
  test("leaves the revision in the file itself, for whom the write-ahead log is lost", async () => {
    await apply([upsert(rule("a"))]);
    await apply([upsert(rule("b"))]);
    const copy = join(directory, "copy.db");
    copyFileSync(join(directory, "pharos.db"), copy);
    const other = await openDatabase(copy);
    expect(await createConfigStore(other.db).latest()).toBe(2);
    await other.close();
  });

  test("lets the compiler have the revision before the disk is waited for", async () => {
    const steps: string[] = [];
    const db = new Proxy(opened.db, {
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
    const result = await apply([upsert(`${rule("a")}---\n${rule("b")}`), upsert(rule("c"))], "alice", "the first");
    expect(result).toMatchObject({ revision: 1, unchanged: [], diagnostics: [] });
    expect(result.changed.map(({ ref, op }) => [ref, op])).toEqual([
      [A, "created"],
      [B, "created"],
      ["DestinationRule/default/c", "created"],
    ]);
    expect(await store.history({ limit: 10 })).toEqual([
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
    await apply([upsert(`\n\n${rule("a", "a", "# mine\n")}\n\n`)]);
    expect((await store.get(A)).text).toBe(rule("a", "a", "# mine\n"));
  });

  test("makes no revision when nothing differs", async () => {
    await apply([upsert(rule("a"))]);
    expect(await apply([upsert(`${rule("a")}\n`)])).toEqual({
      revision: null,
      changed: [],
      unchanged: [A],
      diagnostics: [],
    });
    expect(await store.latest()).toBe(1);
  });

  test("writes only what differs; the others keep their version", async () => {
    await apply([upsert(rule("a")), upsert(rule("b"))]);
    const result = await apply([upsert(rule("a", "x")), upsert(rule("b"))], "bob");
    expect(result).toMatchObject({
      revision: 2,
      unchanged: [B],
      changed: [{ ref: A, op: "updated", before: rule("a"), after: rule("a", "x") }],
    });
    expect(await store.get(A)).toMatchObject({
      resourceVersion: 2,
      author: "bob",
      createdAt: "2026-01-01T00:00:01.000Z",
      updatedAt: "2026-01-01T00:00:02.000Z",
    });
    expect(await store.get(B)).toMatchObject({ resourceVersion: 1, author: "alice" });
  });

  test("a change of a comment alone is a change", async () => {
    await apply([upsert(rule("a"))]);
    expect((await apply([upsert(rule("a", "a", "# now with a comment\n"))])).revision).toBe(2);
  });

  test.each<[string, ConfigChange, string]>([
    ["a document with an error", upsert(`${rule("b")}---\n${rule("c").replace("host", "hots")}`), "unknown-field"],
    ["the same resource twice", upsert(`${rule("b")}---\n${rule("b", "x")}`), "duplicate-resource"],
    ["text that is no YAML", upsert("a: ["), "bad-yaml"],
  ])("changes nothing at all for %s", async (_name, change, code) => {
    await apply([upsert(rule("a"))]);
    const result = await apply([upsert(rule("a", "x")), change]);
    expect(result).toMatchObject({ revision: null, changed: [], unchanged: [] });
    expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    expect(await hosts()).toEqual({ a: "a" });
    expect(await store.latest()).toBe(1);
  });

  test("changes nothing when one of the deletes is of nothing", async () => {
    await expect(apply([upsert(rule("a")), { op: "delete", ref: B }])).rejects.toMatchObject({
      code: "not-found",
      message: `${B} does not exist`,
    });
    expect(await store.latest()).toBe(0);
  });

  test("names the file of a diagnostic", async () => {
    const { diagnostics } = await apply([
      { op: "upsert", text: rule("a").replace("host", "hots"), file: "rules/a.yaml" },
    ]);
    expect(diagnostics[0]).toMatchObject({ file: "rules/a.yaml", line: 4 });
  });

  test("a full disk is an error, and what was there stays", async () => {
    await apply([upsert(rule("a"))]);
    await opened.close();
    await open(200_000);
    const many = Array.from({ length: 500 }, (_, index) => upsert(rule(`r${index}`)));
    await expect(apply(many)).rejects.toMatchObject({ name: "PharosError", code: "exhausted" });
    expect(await hosts()).toEqual({ a: "a" });
    expect(await store.latest()).toBe(1);
    expect((await apply([upsert(rule("a", "x"))])).revision).toBe(2);
  });

  test("5,000 resources in one go, others served in between", async () => {
    const text = Array.from({ length: 5000 }, (_, index) => rule(`r${index}`)).join("---\n");
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 10);
    const result = await apply([upsert(text)]);
    clearInterval(timer);
    expect(result.changed).toHaveLength(5000);
    expect(turns).toBeGreaterThan(10);
    expect((await store.rollback(0, "alice", "")).changed).toHaveLength(5000);
    expect((await store.undo(2, "alice", "")).changed).toHaveLength(5000);
    expect((await store.revision(3)).changed).toHaveLength(5000);
  }, 120_000);
});

describe("two people at once", () => {
  test("an edit that began from an older version is a conflict that names who changed it, and when", async () => {
    await apply([upsert(rule("a"))]);
    await apply([upsert(rule("a", "x"), 1)], "bob");
    await expect(apply([upsert(rule("a", "y"), 1)])).rejects.toMatchObject({
      code: "conflict",
      message: `${A} was changed by bob at 2026-01-01T00:00:02.000Z (revision 2); your edit began from version 1`,
      details: { resource: A },
    });
    expect(await hosts()).toEqual({ a: "x" });
  });

  test("so is an edit or delete of what was deleted, and a creation of what exists", async () => {
    await apply([upsert(rule("a")), upsert(rule("b"))]);
    await apply([{ op: "delete", ref: A, expectedVersion: 1 }], "bob");
    await expect(apply([upsert(rule("a", "y"), 1)])).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was deleted by bob"),
    });
    await expect(apply([{ op: "delete", ref: A, expectedVersion: 1 }])).rejects.toMatchObject({ code: "conflict" });
    await expect(apply([upsert(rule("b", "y"), 0)])).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("exists already: it was written by alice"),
    });
    expect((await apply([upsert(rule("c"), 0)])).revision).toBe(3);
  });

  test("metadata.resourceVersion says what an edit began from, and is not kept", async () => {
    await apply([upsert(rule("a"))]);
    const versioned = (host: string): string =>
      rule("a", host).replace("{ name: a }", '{ name: a, resourceVersion: "1" }');
    await apply([upsert(versioned("x"))], "bob");
    expect((await store.get(A)).text).toBe(rule("a", "x"));
    await expect(apply([upsert(versioned("y"))])).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was changed by bob"),
    });
    expect(await hosts()).toEqual({ a: "x" });
  });

  test("a namespace beside the text is written into the documents that name none", async () => {
    const text = `${rule("a")}---\n${rule("b").replace("{ name: b }", "{ name: b, namespace: own }")}`;
    await apply([{ op: "upsert", text, namespace: "given" }]);
    expect((await store.list({})).map(({ ref }) => ref)).toEqual(["DestinationRule/given/a", "DestinationRule/own/b"]);
    expect((await store.get("DestinationRule/given/a")).text).toContain("{ name: a, namespace: given }");
  });

  test("of many writers that began from one version exactly one gets through, and no revision is lost", async () => {
    await apply([upsert(rule("a"))]);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => apply([upsert(rule("a", `w${index}`), 1)], `w${index}`)),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    await Promise.all(Array.from({ length: 20 }, (_, index) => apply([upsert(rule(`n${index}`))])));
    expect((await store.history({ limit: 100 })).map((revision) => revision.revision)).toEqual(
      Array.from({ length: 22 }, (_, index) => 22 - index),
    );
  });
});

describe("history", () => {
  beforeEach(async () => {
    await apply([upsert(rule("a")), upsert(rule("b"))]);
    await apply([upsert(rule("a", "x"))]);
    await apply([{ op: "delete", ref: B }]);
  });

  test("pages from the newest, for all or for one resource", async () => {
    expect((await store.history({ limit: 2 })).map((each) => each.revision)).toEqual([3, 2]);
    expect((await store.history({ limit: 2, before: 2 })).map((each) => each.revision)).toEqual([1]);
    expect((await store.history({ limit: 9, ref: B })).map((each) => each.revision)).toEqual([3, 1]);
  });

  test("lists the same again and again, whatever part of it was kept", async () => {
    const whole = await new History(opened.db).list({ limit: 9 });
    expect(whole.map(({ changed }) => changed.length)).toEqual([1, 1, 2]);
    for (const refsKept of [0, 1, 2, 3, 4]) {
      const history = new History(opened.db, refsKept);
      for (let round = 0; round < 3; round += 1) {
        expect(await history.list({ limit: 9 })).toEqual(whole);
        expect(await history.list({ limit: 1, before: 2 })).toEqual(whole.slice(2));
      }
    }
    const history = new History(opened.db);
    await history.list({ limit: 9 });
    await apply([upsert(rule("c"))]);
    expect((await history.list({ limit: 9 })).map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
  });

  test("shows what a revision changed, before and after", async () => {
    expect((await store.revision(2)).changed).toEqual([
      { ref: A, op: "updated", before: rule("a"), after: rule("a", "x") },
    ]);
    expect((await store.revision(3)).changed).toEqual([{ ref: B, op: "deleted", before: rule("b") }]);
    await expect(store.revision(9)).rejects.toMatchObject({ code: "not-found" });
  });

  test("rollback brings back the state as of a revision, as a new one", async () => {
    const { createdAt } = await store.get(A);
    const planned = await store.restoreChanges(1, "rollback");
    expect((await store.plan(planned)).changed).toEqual((await store.rollback(1, "bob", "back")).changed);
    expect(await store.latest()).toBe(4);
    expect(await store.restoreChanges(1, "rollback")).toEqual([]);
    expect(await hosts()).toEqual({ a: "a", b: "b" });
    expect((await store.get(B)).createdAt).toBe(createdAt);
    await store.rollback(0, "bob", "");
    expect(await hosts()).toEqual({});
    await store.rollback(2, "bob", "");
    expect(await hosts()).toEqual({ a: "x", b: "b" });
    // Who gives no reason has the obvious one.
    expect((await store.history({ limit: 1 })).map(({ reason }) => reason)).toEqual(["roll back to revision 2"]);
    await expect(store.rollback(99, "bob", "")).rejects.toMatchObject({ code: "not-found" });
    expect((await store.history({ limit: 99 })).length).toBe(6);
  });

  test("a rollback to what stands already makes no revision", async () => {
    expect((await store.rollback(3, "bob", "")).revision).toBeNull();
  });

  test("undo takes back exactly what a revision did", async () => {
    await store.undo(3, "bob", "still needed");
    expect(await hosts()).toEqual({ a: "x", b: "b" });
    await store.undo(2, "bob", "");
    expect(await hosts()).toEqual({ a: "a", b: "b" });
    expect((await store.history({ limit: 2 })).map(({ reason }) => reason)).toEqual([
      "undo of revision 2",
      "still needed",
    ]);
    // The undo of an undo does it again.
    await store.undo(5, "bob", "");
    expect(await hosts()).toEqual({ a: "x", b: "b" });
  });

  test("undo is a conflict when one of its resources changed since, and then changes nothing", async () => {
    await expect(store.undo(1, "bob", "")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was deleted since, by alice"),
    });
    expect(await store.latest()).toBe(3);
  });

  test("is all there after the server opens the database again", async () => {
    await opened.close();
    await open();
    expect((await store.history({ limit: 9 })).map((each) => each.reason)).toEqual(["why not", "why not", "why not"]);
    expect(await hosts()).toEqual({ a: "x" });
  });
});

describe("the feed", () => {
  test("gives every revision once and in order, old ones and new ones, until it is stopped", async () => {
    await apply([upsert(rule("a"))]);
    await apply([upsert(rule("b"))]);
    const stop = new AbortController();
    const seen: RevisionEvent[] = [];
    const watching = (async () => {
      for await (const event of store.watch(1, stop.signal)) {
        seen.push(event);
        if (event.revision === 12) stop.abort();
      }
    })();
    await Promise.all(Array.from({ length: 9 }, (_, index) => apply([upsert(rule(`n${index}`))])));
    await apply([{ op: "delete", ref: A }]);
    await watching;
    expect(seen.map((event) => event.revision)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(seen[0]?.changes[0]?.resource).toMatchObject({
      metadata: { name: "b", creationTimestamp: "2026-01-01T00:00:02.000Z" },
      spec: { host: "b" },
    });
    expect(seen.at(-1)?.changes).toEqual([{ ref: A, op: "deleted" }]);
  });

  test("ends at once when it is stopped while nothing happens", async () => {
    const stop = new AbortController();
    const watching = (async () => {
      for await (const _ of store.watch(0, stop.signal)) throw new Error("nothing was written");
    })();
    stop.abort();
    await watching;
  });
});

test("a plan says what an apply would do, and does nothing", async () => {
  await apply([upsert(rule("a")), upsert(rule("b"))]);
  const plan = await store.plan([upsert(rule("a", "x")), { op: "delete", ref: B }]);
  expect(plan.changed.map(({ ref, op }) => [ref, op])).toEqual([
    [A, "updated"],
    [B, "deleted"],
  ]);
  expect(plan.upserts.map((resource) => resource.spec)).toEqual([{ host: "x" }]);
  expect(plan.deletes).toEqual([{ kind: "DestinationRule", namespace: "default", name: "b" }]);
  expect(await store.latest()).toBe(1);
});

test("lists by kind and namespace", async () => {
  await apply([upsert(rule("a")), upsert(rule("b").replace("name: b", "name: b, namespace: shop"))]);
  expect((await store.list({ namespace: "shop" })).map((each) => each.ref)).toEqual(["DestinationRule/shop/b"]);
  expect(await store.list({ kinds: ["Gateway"] })).toEqual([]);
  expect((await store.list()).length).toBe(2);
});
