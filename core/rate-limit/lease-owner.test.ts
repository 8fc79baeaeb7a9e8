import { expect, test, vi } from "vitest";
import { KeyOwner } from "#core/rate-limit/key-owner.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { LeaseOwner, type LeaseOwnerOptions } from "#core/rate-limit/lease-owner.ts";
import type { Limit } from "#core/rate-limit/limit.ts";

const LIMIT: Limit = { amount: 10, perMs: 1000 };
const TERMS = { ttlMs: 400, drift: 0.01, keysMax: 2 };

function open(options: Partial<LeaseOwnerOptions> = {}) {
  const all = { ...TERMS, limitOf: () => LIMIT, ...options };
  return { all, owner: new LeaseOwner(all) };
}

const draw = (lease: number, rest: Partial<Draw> = {}): Draw => ({
  ...{
    agent: "a",
    key: "k",
    lease,
    account: 1,
    used: 0,
    counted: 0,
    spent: [],
    idle: 0,
    pending: 0,
    needs: [],
    want: 0,
  },
  ...rest,
});

test("a draw that comes twice is granted once, and one that was overtaken grants nothing", () => {
  const { owner } = open();
  const first = owner.draw(draw(1, { needs: [4] }), 0);
  expect(first.granted).toBe(4);
  expect(owner.draw(draw(1, { needs: [4] }), 5)).toEqual(first);
  expect(owner.draw(draw(3, { used: 4, needs: [1] }), 10).granted).toBe(1);
  expect(owner.draw(draw(2, { idle: 4, needs: [5] }), 20)).toMatchObject({ granted: 0, trouble: "stale" });
  expect([owner.keyOf("k")?.used, owner.keyOf("k")?.held]).toEqual([4, 1]);
});

test("what waits is granted in order, as much as there is room for, and who gets none is told when", () => {
  const { owner } = open();
  expect(owner.draw(draw(1, { agent: "b", used: 7, spent: [{ amount: 7, agoMs: 0 }] }), 0).granted).toBe(0);
  expect(owner.draw(draw(1, { needs: [1, 2, 3] }), 400)).toMatchObject({ granted: 3, waitMs: 600 });
});

test("an owner that was killed grants nothing twice, and knows what is held and what was used", () => {
  const { all, owner } = open();
  expect(owner.draw(draw(1, { needs: [6] }), 0).granted).toBe(6);
  const again = new LeaseOwner(all, JSON.parse(JSON.stringify(owner.save())));
  expect(again.draw(draw(1, { needs: [6] }), 1)).toMatchObject({ granted: 0, trouble: "stale" });
  expect(again.draw(draw(1, { agent: "b", needs: [5] }), 2).granted).toBe(0);
  // The lease is over, and nobody said what became of it: it counts as used then.
  expect(again.draw(draw(2, { agent: "b", needs: [5] }), 1400).granted).toBe(0);
  expect(again.draw(draw(3, { agent: "b", needs: [5] }), 1405).granted).toBe(5);
  expect(again.keyOf("k")?.used).toBe(6);
});

test("an agent that was not heard of for a lease is believed when it comes back", () => {
  const { owner } = open();
  owner.draw(draw(1, { needs: [6] }), 0);
  owner.draw(draw(1, { agent: "b" }), 500);
  expect(owner.keyOf("k")?.used).toBe(6);
  owner.draw(draw(2, { used: 2, spent: [{ amount: 2, agoMs: 400 }] }), 600);
  expect(owner.keyOf("k")?.used).toBe(2);
});

test("an owner that lost what it knew grants nothing until a lease and a window are over", () => {
  const { owner } = open({ lostMs: 5000 });
  expect(owner.draw(draw(1, { needs: [1] }), 5001).granted).toBe(0);
  expect(owner.draw(draw(2, { needs: [1] }), 6403).granted).toBe(0);
  expect(owner.draw(draw(3, { needs: [1] }), 6404).granted).toBe(1);
});

test("keys are forgotten when nothing of them counts, with a word of what was used; until then more are refused", () => {
  const closed: [string, number][] = [];
  const { owner } = open({ onForgotten: (key, used) => closed.push([key, used]) });
  const spent = [{ amount: 3, agoMs: 0 }];
  owner.draw(draw(1, { key: "x", used: 3, spent }), 0);
  owner.draw(draw(2, { key: "y", account: 2, used: 3, spent }), 0);
  expect(owner.draw(draw(3, { key: "z" }), 900).trouble).toBe("too-many-keys");
  owner.draw(draw(4, { key: "x", used: 3, counted: 3 }), 1000);
  owner.sweep(1001);
  expect(closed).toEqual([["x", 3]]);
  expect(owner.draw(draw(5, { key: "z" }), 1002).trouble).toBeUndefined();
  // y: its agent has not said that it knows; when its run has ended nobody will.
  owner.endAgent("a");
  owner.sweep(2500);
  expect([owner.size, closed.length]).toEqual([0, 3]);
});

test("a copy of a draw that comes when its agent was forgotten counts nothing again", () => {
  const used: number[] = [];
  const { owner } = open({ onForgotten: (_, units) => used.push(units) });
  const spending = draw(1, { used: 3, spent: [{ amount: 3, agoMs: 0 }] });
  owner.draw(spending, 0);
  owner.draw(draw(2, { used: 3, counted: 3 }), 10);
  owner.sweep(1100);
  expect(owner.draw(spending, 1200).trouble).toBe("stale");
  owner.sweep(1300);
  expect(used.reduce((sum, units) => sum + units, 0)).toBe(3);
});

test("a limit that is changed counts what was used under the last one", () => {
  let limit: Limit = LIMIT;
  const { owner } = open({ limitOf: () => limit });
  owner.draw(draw(1, { used: 8, spent: [{ amount: 8, agoMs: 0 }] }), 0);
  limit = { amount: 12, perMs: 1000 };
  expect(owner.draw(draw(2, { used: 8, needs: [4] }), 100).granted).toBe(4);
  expect(owner.draw(draw(3, { agent: "b", needs: [1] }), 100).granted).toBe(0);
});

test("what lies idle with all agents is a hundred-and-twenty-eighth of the amount, and nothing of a small one", () => {
  for (const [amount, most] of [
    [12_800, 100],
    [100, 0],
  ] as const) {
    const { owner } = open({ limitOf: () => ({ amount, perMs: 1000 }) });
    let idle = 0;
    for (let at = 0; at < 50; at += 1) idle += owner.draw(draw(1, { agent: `a${at}`, want: 1000 }), at).granted;
    expect(idle).toBe(most);
  }
});

test.each([
  { amount: 10, perMs: 1000 },
  { amount: 10, perMs: 1000, burst: 10 },
])("an agent that claims what cannot be takes no more than all there is, for a while: %j", (limit) => {
  const { owner } = open({ limitOf: () => limit });
  owner.draw(draw(1, { agent: "b" }), 0);
  const claims = { used: 2 ** 52, spent: [{ amount: 2 ** 52, agoMs: -1e15 }], idle: 2 ** 52, pending: 2 ** 52 };
  owner.draw(draw(1, claims), 1);
  owner.draw(draw(2, { ...claims, used: 2 ** 53 - 1 }), 2);
  expect(owner.keyOf("k")?.held).toBeLessThanOrEqual(10);
  // A lease, and what a bucket may lack at most.
  expect(owner.draw(draw(2, { agent: "b", needs: [10] }), 410).granted).toBe(0);
  expect(owner.draw(draw(3, { agent: "b", needs: [10] }), 2500).granted).toBe(10);
  expect(owner.draw(draw(4, { agent: "b", idle: 10, needs: [1] }), 2501).granted).toBe(0);
});

test("who was granted little is not believed that it holds much", () => {
  const { owner } = open();
  owner.draw(draw(1, { needs: [2] }), 0);
  owner.draw(draw(2, { idle: 8, pending: 1 }), 1);
  expect(owner.keyOf("k")?.held).toBe(2);
});

test("an agent that stopped without a word is forgotten when what it held is long charged, and its key with it", () => {
  const closed: [string, number][] = [];
  const { owner } = open({ onForgotten: (key, used) => closed.push([key, used]) });
  owner.draw(draw(1, { needs: [6] }), 0);
  owner.sweep(50_000);
  expect(owner.size).toBe(1);
  owner.sweep(70_000);
  expect([owner.size, closed]).toEqual([0, [["k", 6]]]);
  expect(owner.save().floors).toHaveLength(1);
  owner.sweep(140_000);
  expect(owner.save().floors).toEqual([]);
});

test.each([
  [{ amount: 10, perMs: 1000 }, { amount: 10, perMs: 1000, burst: 10 }, 10],
  [{ amount: 10, perMs: 1000, burst: 10 }, { amount: 10, perMs: 1000 }, 10],
  [{ amount: 10, perMs: 1000 }, { amount: 12, perMs: 1000 }, 4],
])("what was saved under %j is opened as that, and goes on under %j", (before, after, room) => {
  const first = open({ limitOf: () => before });
  // Times as a clock has them: read as what a bucket lacks, it would never be full.
  first.owner.draw(draw(1, { used: 8, spent: [{ amount: 8, agoMs: 0 }] }), 1e12);
  const again = new LeaseOwner({ ...first.all, limitOf: () => after }, JSON.parse(JSON.stringify(first.owner.save())));
  expect(again.draw(draw(2, { agent: "b", needs: [room] }), 1e12 + 1).granted).toBe(room);
  expect(again.draw(draw(3, { agent: "b", idle: room, needs: [1] }), 1e12 + 1).granted).toBe(0);
});

test("keys of a limit that is gone are kept until nothing of them counts, and it goes on when it comes back", () => {
  let limit: Limit | undefined = LIMIT;
  const { all, owner } = open({ limitOf: () => limit });
  owner.draw(draw(1, { used: 8, spent: [{ amount: 8, agoMs: 0 }] }), 0);
  limit = undefined;
  expect(owner.draw(draw(2, { needs: [1] }), 10).trouble).toBe("unknown-limit");
  const again = new LeaseOwner(all, owner.save());
  again.sweep(20);
  limit = LIMIT;
  expect(again.draw(draw(3, { agent: "b", needs: [3] }), 30).granted).toBe(0);
  again.sweep(70_000);
  again.sweep(70_000);
  expect(again.size).toBe(0);
});

test("one party opens no more keys than its part, over all of its runs, also when the owner is started again", () => {
  const { all, owner } = open({ keysMax: 4, keysOfOneMax: 2, partyOf: (agent) => agent.slice(0, 1) });
  const opens = (of: LeaseOwner, agent: string, lease: number): string | undefined =>
    of.draw(draw(lease, { agent, key: `${agent}${lease}`, needs: [1] }), lease).trouble;
  expect([opens(owner, "a1", 1), opens(owner, "a2", 2), opens(owner, "a3", 3)]).toEqual([
    ...[undefined, undefined, "too-many-keys"],
  ]);
  const again = new LeaseOwner(all, owner.save());
  expect([opens(again, "a4", 4), opens(again, "b1", 5)]).toEqual(["too-many-keys", undefined]);
});

test("a draw writes whom it touched, however many hold of the key", () => {
  const { owner } = open({ limitOf: () => ({ amount: 1000, perMs: 1000 }) });
  for (let at = 0; at < 100; at += 1) owner.draw(draw(1, { agent: `a${at}`, needs: [1] }), 0);
  const key = owner.keyOf("k");
  expect(key?.changes().holders).toHaveLength(100);
  key?.written();
  owner.draw(draw(2, { agent: "a7", idle: 1 }), 1);
  expect(key?.changes().holders.map(([agent]) => agent)).toEqual(["a7"]);
  key?.written();
  // Leases of all others end, and are charged: that has to be written, too.
  owner.draw(draw(3, { agent: "a7", idle: 1 }), 405);
  expect(key?.changes().holders).toHaveLength(100);
});

test("runs that are over cost a sweep nothing with keys that they do not have", () => {
  const { owner } = open({ keysMax: 100 });
  for (let lease = 1; lease <= 50; lease += 1) owner.draw(draw(lease, { key: `k${lease}`, needs: [1] }), 0);
  for (let run = 0; run < 100; run += 1) owner.endAgent(`run ${run}`);
  const knows = vi.spyOn(KeyOwner.prototype, "knows");
  owner.sweep(1);
  expect(knows.mock.calls.length).toBeLessThanOrEqual(50);
  knows.mockRestore();
});

test("who begins anew says which places it has: what its former run held is nobody's, and counts again where nobody says so", () => {
  const limit: Limit = { amount: 3, perMs: 1000, isPlaces: true };
  const { owner } = open({ limitOf: () => limit, instanceOf: (agent) => agent.slice(0, 1) });
  expect(owner.draw(draw(1, { agent: "a1", needs: [1, 1] }), 0).granted).toBe(2);
  // Another one's of two: one is left.
  expect(owner.draw(draw(1, { agent: "b1", needs: [1, 1] }), 1).granted).toBe(1);
  // One of its two has ended while nobody was there.
  owner.endAgent("a1", "a2");
  expect(owner.draw(draw(1, { agent: "a2", pending: 1, needs: [1] }), 2).granted).toBe(1);
  expect(owner.keyOf("k")?.held).toBe(3);
  // What the former one said before it was killed comes late.
  expect(owner.draw(draw(1, { agent: "a1", needs: [1, 1] }), 3)).toMatchObject({ granted: 0, trouble: "stale" });
  // All leases are over, and one is heard again: its places are its own once.
  expect(owner.draw(draw(2, { agent: "b1", pending: 1, needs: [1] }), 500).granted).toBe(0);
  expect(owner.draw(draw(2, { agent: "a2", pending: 2 }), 501).left).toBe(0);
  expect(owner.draw(draw(3, { agent: "a2", pending: 1 }), 502).left).toBe(1);
});
