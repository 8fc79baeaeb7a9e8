import { expect, test } from "vitest";
import { Admissions, type AdmissionsOptions } from "#core/rate-limit/admissions.ts";
import type { Charge, Outcome } from "#core/rate-limit/charge.ts";
import type { Moment } from "#core/rate-limit/lease-holder.ts";
import { type Draw, NEEDS_MAX } from "#core/rate-limit/lease-message.ts";
import { LeaseOwner } from "#core/rate-limit/lease-owner.ts";
import type { Limit } from "#core/rate-limit/limit.ts";
import { refuseDraw } from "#core/rate-limit/refuse-draw.ts";
import { reserveShare } from "#core/rate-limit/reserve-share.ts";

const at = (ms: number): Moment => ({ fastMs: ms, slowMs: ms });

/** An agent whose draws are answered at once, when the owner is up. */
function open(limits: Record<string, Limit>, options: Partial<AdmissionsOptions> = {}) {
  const world = { nowMs: 1000, isUp: true, draws: [] as Draw[] };
  const owner = new LeaseOwner({ ttlMs: 400, drift: 0.01, keysMax: 1000, limitOf: (key) => limits[key] });
  const admissions: Admissions = new Admissions({
    ...{ agent: "a", retryMs: 20, patienceMs: 50, keysMax: 100, ...options },
    send: (draw) => {
      world.draws.push(draw);
      if (world.isUp) queue.push(() => admissions.answer(owner.draw(draw, world.nowMs), at(world.nowMs)));
    },
  });
  const queue: (() => void)[] = [];
  const answerAll = (): void => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) next();
  };
  const ask = (costs: Record<string, number>, rest: Partial<Charge> = {}): Outcome[] => {
    const outcomes: Outcome[] = [];
    const charges = Object.entries(costs).map(([key, cost]): Charge => {
      const limit = limits[key];
      if (limit === undefined) throw new Error(key);
      return { key, limit, cost, members: 4, whenUncoordinated: "Share", ...rest };
    });
    admissions.admit(charges, at(world.nowMs), (outcome) => outcomes.push(outcome));
    answerAll();
    return outcomes;
  };
  const admits = (costs: Record<string, number>, rest?: Partial<Charge>): boolean => {
    const [outcome] = ask(costs, rest);
    if (outcome?.kind === "admitted") outcome.settle(at(world.nowMs));
    return outcome?.kind === "admitted";
  };
  const pass = (ms: number): void => {
    for (const endMs = world.nowMs + ms; world.nowMs < endMs; ) {
      world.nowMs += 5;
      admissions.tick(at(world.nowMs));
      answerAll();
    }
  };
  return { world, owner, admissions, ask, admits, pass };
}

const PER_SECOND = (amount: number): Limit => ({ amount, perMs: 1000 });

test("a request that one of its buckets refuses is charged to none, and what came for it goes back at once", () => {
  const { owner, ask, admits } = open({ wide: PER_SECOND(50), narrow: PER_SECOND(1) });
  expect(admits({ wide: 1, narrow: 1 })).toBe(true);
  expect(ask({ wide: 5, narrow: 1 })).toMatchObject([{ kind: "refused", key: "narrow", because: "limit" }]);
  expect(owner.keyOf("wide")?.held).toBe(0);
  expect(admits({ wide: 49 })).toBe(true);
});

test("of a key that the owner has no room for all who wait are told by the first answer", () => {
  const limit = PER_SECOND(10);
  const draws: Draw[] = [];
  const outcomes: Outcome[] = [];
  const admissions = new Admissions({
    ...{ agent: "a", retryMs: 20, patienceMs: 50, keysMax: 100, send: (draw) => void draws.push(draw) },
  });
  const charge: Charge = { key: "k", limit, cost: 1, members: 4, whenUncoordinated: "Allow" };
  for (let count = 0; count < 5; count += 1)
    admissions.admit([charge], at(1000), (outcome) => void outcomes.push(outcome));
  const [first] = draws;
  if (first === undefined) throw new Error("nothing is drawn");
  admissions.answer(refuseDraw(first, "too-many-keys", 400), at(1010));
  expect(outcomes).toMatchObject(Array.from({ length: 5 }, () => ({ because: "too-many-keys" })));
});

test("what a response did not cost is free again, however late it comes within its lease", () => {
  const { owner, ask, admits, pass } = open({ k: PER_SECOND(2) });
  const [first] = ask({ k: 1 });
  const [second] = ask({ k: 1 });
  if (first?.kind !== "admitted" || second?.kind !== "admitted") throw new Error("refused");
  pass(900);
  expect(admits({ k: 1 })).toBe(false);
  first.settle(at(1900), [0]);
  expect(admits({ k: 1 })).toBe(true);
  second.settle(at(1900), [1]);
  pass(1000);
  expect(owner.keyOf("k")?.used ?? 2).toBe(2);
});

test("what a request costs while it lasts is used as it is told, each unit once, whatever is told again and late", () => {
  const LEDGER: Limit = { amount: 1000, perMs: 60_000, ledger: { isOpen: false, period: { kind: "rolling" } } };
  const journal = { took: 0, returned: 0 };
  const { owner, ask, pass } = open(
    { k: LEDGER },
    {
      journal: {
        took: (_, units) => {
          journal.took += units;
          return true;
        },
        returned: (_, units) => {
          journal.returned += units;
        },
        drew: () => undefined,
        closed: () => undefined,
      },
    },
  );
  const [first, second] = [...ask({ k: 1 }), ...ask({ k: 1 })];
  if (first?.kind !== "admitted" || second?.kind !== "admitted") throw new Error("refused");
  first.grow(at(1000), [300]);
  // Of the last lease of each, and long after it.
  for (const [ms, cost] of [
    [100, 300],
    [900, 700],
    [10, 500],
  ] as const) {
    pass(ms);
    first.grow(at(1000), [cost]);
  }
  pass(500);
  // Two units are held for both, of which it is not known whether they cost less.
  expect([owner.keyOf("k")?.used, owner.keyOf("k")?.held]).toEqual([699, 2]);
  expect(journal.took - journal.returned).toBe(701);
  expect(ask({ k: 300 })).toMatchObject([{ kind: "refused" }]);
  first.settle(at(2500), [750]);
  second.settle(at(2500), [1]);
  pass(500);
  expect([owner.keyOf("k")?.used, journal.took - journal.returned]).toEqual([751, 751]);
});

test("a response that cost more than was reserved is charged in full", () => {
  const { ask, admits, pass } = open({ k: PER_SECOND(10) });
  const [outcome] = ask({ k: 1 });
  if (outcome?.kind === "admitted") outcome.settle(at(1000), [9]);
  pass(300);
  expect([admits({ k: 2 }), admits({ k: 1 })]).toEqual([false, true]);
});

test("where there is plenty the owner is asked for few of the requests", () => {
  const { world, admits, pass } = open({ k: PER_SECOND(100_000) });
  let admitted = 0;
  for (let step = 0; step < 200; step += 1) {
    for (let request = 0; request < 100; request += 1) admitted += admits({ k: 1 }) ? 1 : 0;
    pass(5);
  }
  expect(admitted).toBe(20_000);
  expect(world.draws.length).toBeLessThan(20_000 / 20);
});

test("a caller that keeps asking for what is used up costs the owner nothing, and gets it when it is there", () => {
  const { world, admits, pass } = open({ k: { amount: 1, perMs: 60_000 } });
  expect(admits({ k: 1 })).toBe(true);
  const before = world.draws.length;
  for (let step = 0; step < 20; step += 1) {
    for (let request = 0; request < 100; request += 1) expect(admits({ k: 1 })).toBe(false);
    pass(5);
  }
  expect(world.draws.length - before).toBeLessThan(15);
  pass(60_000);
  expect(admits({ k: 1 })).toBe(true);
});

test("a reserved share is there for its class, whoever else asks for how much", () => {
  const limit = PER_SECOND(50);
  const reserves = [{ name: "critical", percent: 20 }];
  const { admits } = open({ all: limit, rest: reserveShare(limit, reserves, undefined)[1]?.limit ?? limit });
  const count = (costs: Record<string, number>): number =>
    Array.from({ length: 100 }, () => admits(costs)).filter(Boolean).length;
  expect([count({ all: 1, rest: 1 }), count({ all: 1 })]).toEqual([40, 10]);
});

test.each([
  ["Share", 10],
  ["Deny", 0],
  ["Allow", 50],
] as const)(
  "who does not reach the owner and is to %s admits %i of a limit of 40 for four",
  (whenUncoordinated, most) => {
    const { world, owner, ask, admits, pass } = open({ k: PER_SECOND(40) });
    world.isUp = false;
    expect(ask({ k: 1 }, { whenUncoordinated })).toEqual([]);
    pass(60);
    let admitted = 0;
    for (let request = 0; request < 50; request += 1) admitted += admits({ k: 1 }, { whenUncoordinated }) ? 1 : 0;
    // The one that waited was the first.
    expect(admitted + (most > 0 ? 1 : 0)).toBe(most === 50 ? 51 : most);
    world.isUp = true;
    pass(100);
    expect(owner.keyOf("k")?.used).toBe(admitted + (most > 0 ? 1 : 0));
  },
);

test("what no limit admits ever is refused without asking, and so are more keys than there may be", () => {
  const { world, ask } = open({ a: PER_SECOND(5), b: PER_SECOND(5) }, { keysMax: 1 });
  expect(ask({ a: 6 })).toMatchObject([{ because: "cost-above-limit" }]);
  expect(world.draws).toEqual([]);
  ask({ a: 1 });
  expect(ask({ b: 1 })).toMatchObject([{ because: "too-many-keys" }]);
});

test("keys that nobody asks for are forgotten at both ends", () => {
  const { world, owner, admissions, admits, pass } = open({ k: PER_SECOND(1000) });
  for (let request = 0; request < 20; request += 1) admits({ k: 1 });
  pass(2000);
  owner.sweep(world.nowMs);
  expect([admissions.size, owner.size]).toEqual([0, 0]);
});

test("what the owner has no limit of any more is not limited, and is again when it has one", () => {
  const limits: Record<string, Limit> = { k: PER_SECOND(1) };
  const { admits, pass } = open(limits);
  expect(admits({ k: 1 })).toBe(true);
  expect(admits({ k: 1 })).toBe(false);
  const [gone] = [limits.k];
  if (gone === undefined) throw new Error("there is a limit");
  delete limits.k;
  pass(1100);
  limits.k = gone;
  expect(admits({ k: 1 })).toBe(true);
});

test("a request that waits longer than it may is decided without the owner, whatever others are answered", () => {
  const { world, admissions, ask, pass } = open({ k: PER_SECOND(8), other: PER_SECOND(1000) });
  ask({ k: 1 });
  world.isUp = false;
  const outcomes: Outcome[] = [];
  const charge = { key: "k", limit: PER_SECOND(8), cost: 5, members: 4, whenUncoordinated: "Deny" as const };
  admissions.admit([charge], at(world.nowMs), (outcome) => outcomes.push(outcome));
  pass(100);
  expect(outcomes).toMatchObject([{ kind: "refused", because: "uncoordinated" }]);
});

test.each([
  ["without the owner", false],
  ["by a lease that is over", true],
])("what was let through %s takes nobody's place where the rule comes to count requests at a time", (_, isLent) => {
  const limits: Record<string, Limit> = { k: PER_SECOND(10) };
  const { world, owner, ask, pass } = open(limits);
  world.isUp = isLent;
  const before = ask({ k: 1 });
  world.isUp = false;
  pass(600);
  world.isUp = true;
  pass(2500);
  limits.k = { amount: 10, perMs: 1000, isPlaces: true };
  const place = ask({ k: 1 });
  const end = ([outcome]: readonly Outcome[]): void => {
    if (outcome?.kind !== "admitted") throw new Error("refused");
    outcome.settle(at(world.nowMs));
    pass(500);
  };
  end(before);
  expect(owner.keyOf("k")?.held).toBe(1);
  end(place);
  expect(owner.keyOf("k")?.held).toBe(0);
  expect(world.draws.filter(({ pending }) => pending < 0)).toEqual([]);
});

test("of however many wait at once no draw asks for more than an owner takes, and none is refused while there are units", () => {
  const limit = PER_SECOND(50_000);
  const { world, admissions, pass } = open({ k: limit }, { patienceMs: 5000 });
  const kinds: string[] = [];
  for (let count = 0; count < 2500; count += 1)
    admissions.admit(
      [{ key: "k", limit, cost: 1, members: 1, whenUncoordinated: "Deny" }],
      at(world.nowMs),
      (outcome) => kinds.push(outcome.kind),
    );
  pass(50);
  expect(Math.max(...world.draws.map(({ needs }) => needs.length))).toBe(NEEDS_MAX);
  expect([kinds.length, new Set(kinds)]).toEqual([2500, new Set(["admitted"])]);
});
