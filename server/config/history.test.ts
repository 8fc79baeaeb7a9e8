import { beforeEach, describe, expect, test } from "vitest";
import { History } from "#server/config/history.ts";
import type { RevisionEvent } from "#server/config/revision-feed.ts";
import { A, B, configCase, rule, upsert } from "#server/config/testing/config-case.ts";

const at = configCase();

describe("history", () => {
  beforeEach(async () => {
    await at.apply([upsert(rule("a")), upsert(rule("b"))]);
    await at.apply([upsert(rule("a", "x"))]);
    await at.apply([{ op: "delete", ref: B }]);
  });

  test("pages from the newest, for all or for one resource", async () => {
    expect((await at.store.history({ limit: 2 })).map((each) => each.revision)).toEqual([3, 2]);
    expect((await at.store.history({ limit: 2, before: 2 })).map((each) => each.revision)).toEqual([1]);
    expect((await at.store.history({ limit: 9, ref: B })).map((each) => each.revision)).toEqual([3, 1]);
  });

  test("lists the same again and again, whatever part of it was kept", async () => {
    const whole = await new History(at.opened.db).list({ limit: 9 });
    expect(whole.map(({ changed }) => changed.length)).toEqual([1, 1, 2]);
    for (const refsKept of [0, 1, 2, 3, 4]) {
      const history = new History(at.opened.db, refsKept);
      for (let round = 0; round < 3; round += 1) {
        expect(await history.list({ limit: 9 })).toEqual(whole);
        expect(await history.list({ limit: 1, before: 2 })).toEqual(whole.slice(2));
      }
    }
    const history = new History(at.opened.db);
    await history.list({ limit: 9 });
    await at.apply([upsert(rule("c"))]);
    expect((await history.list({ limit: 9 })).map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
  });

  test("shows what a revision changed, before and after", async () => {
    expect((await at.store.revision(2)).changed).toEqual([
      { ref: A, op: "updated", before: rule("a"), after: rule("a", "x") },
    ]);
    expect((await at.store.revision(3)).changed).toEqual([{ ref: B, op: "deleted", before: rule("b") }]);
    await expect(at.store.revision(9)).rejects.toMatchObject({ code: "not-found" });
  });

  test("rollback brings back the state as of a revision, as a new one", async () => {
    const { createdAt } = await at.store.get(A);
    const planned = await at.store.restoreChanges(1, "rollback");
    expect((await at.store.plan(planned)).changed).toEqual((await at.store.rollback(1, "bob", "back")).changed);
    expect(await at.store.latest()).toBe(4);
    expect(await at.store.restoreChanges(1, "rollback")).toEqual([]);
    expect(await at.hosts()).toEqual({ a: "a", b: "b" });
    expect((await at.store.get(B)).createdAt).toBe(createdAt);
    await at.store.rollback(0, "bob", "");
    expect(await at.hosts()).toEqual({});
    await at.store.rollback(2, "bob", "");
    expect(await at.hosts()).toEqual({ a: "x", b: "b" });
    // Who gives no reason has the obvious one.
    expect((await at.store.history({ limit: 1 })).map(({ reason }) => reason)).toEqual(["roll back to revision 2"]);
    await expect(at.store.rollback(99, "bob", "")).rejects.toMatchObject({ code: "not-found" });
    expect((await at.store.history({ limit: 99 })).length).toBe(6);
  });

  test("a rollback to what stands already makes no revision", async () => {
    expect((await at.store.rollback(3, "bob", "")).revision).toBeNull();
  });

  test("undo takes back exactly what a revision did", async () => {
    await at.store.undo(3, "bob", "still needed");
    expect(await at.hosts()).toEqual({ a: "x", b: "b" });
    await at.store.undo(2, "bob", "");
    expect(await at.hosts()).toEqual({ a: "a", b: "b" });
    expect((await at.store.history({ limit: 2 })).map(({ reason }) => reason)).toEqual([
      "undo of revision 2",
      "still needed",
    ]);
    // The undo of an undo does it again.
    await at.store.undo(5, "bob", "");
    expect(await at.hosts()).toEqual({ a: "x", b: "b" });
  });

  test("undo is a conflict when one of its resources changed since, and then changes nothing", async () => {
    await expect(at.store.undo(1, "bob", "")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was deleted since, by alice"),
    });
    expect(await at.store.latest()).toBe(3);
  });

  test("is all there after the server opens the database again", async () => {
    await at.opened.close();
    await at.open();
    expect((await at.store.history({ limit: 9 })).map((each) => each.reason)).toEqual([
      "why not",
      "why not",
      "why not",
    ]);
    expect(await at.hosts()).toEqual({ a: "x" });
  });
});

describe("the feed", () => {
  test("gives every revision once and in order, old ones and new ones, until it is stopped", async () => {
    await at.apply([upsert(rule("a"))]);
    await at.apply([upsert(rule("b"))]);
    const stop = new AbortController();
    const seen: RevisionEvent[] = [];
    const watching = (async () => {
      for await (const event of at.store.watch(1, stop.signal)) {
        seen.push(event);
        if (event.revision === 12) stop.abort();
      }
    })();
    await Promise.all(Array.from({ length: 9 }, (_, index) => at.apply([upsert(rule(`n${index}`))])));
    await at.apply([{ op: "delete", ref: A }]);
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
      for await (const _ of at.store.watch(0, stop.signal)) throw new Error("nothing was written");
    })();
    stop.abort();
    await watching;
  });
});
