import { expect, test } from "vitest";
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

test("an owner that was killed answers the same, and knows what is held and what was used", () => {
  const { all, owner } = open();
  const answer = owner.draw(draw(1, { needs: [6] }), 0);
  const again = new LeaseOwner(all, JSON.parse(JSON.stringify(owner.save())));
  expect(again.draw(draw(1, { needs: [6] }), 1)).toEqual(answer);
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
