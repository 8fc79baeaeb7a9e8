import { describe, expect, test } from "vitest";
import { type MeshOptions, NO_TROUBLE } from "#core/rate-limit/testing/mesh-options.ts";
import { SimulatedMesh } from "#core/rate-limit/testing/simulate-mesh.ts";
import { worstWindow } from "#core/rate-limit/testing/worst-window.ts";
import { fc, seed } from "#testing/fc.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 15);

/** Answers within it come before leases end. */
const TIMELY_MS = 20;

const limit = fc.oneof(
  fc.record({ amount: fc.constantFrom(1, 5, 40, 300, 1000), perMs: fc.constantFrom(200, 1000, 2500) }),
  fc.record({
    amount: fc.constantFrom(1, 5, 40, 1000),
    perMs: fc.constantFrom(200, 1000),
    burst: fc.constantFrom(4, 60, 600),
  }),
);

const trouble = fc.record({
  loss: fc.constantFrom(0, 0.05, 0.3),
  duplication: fc.constantFrom(0, 0.1, 0.5),
  delayMs: fc.constantFrom([0.2, 1] as const, [1, 20] as const, [1, 700] as const),
  kills: fc.record({ owner: fc.constantFrom(0, 0.5, 2), agents: fc.constantFrom(0, 0.2) }),
  losesState: fc.boolean(),
  jumps: fc.constantFrom(0, 1),
  jumpMs: fc.constantFrom(50, 5000, 3_600_000),
  drift: fc.constantFrom(0, 0.015),
});

const mesh: fc.Arbitrary<MeshOptions> = fc.record({
  seed: fc.nat(),
  agents: fc.integer({ min: 1, max: 12 }),
  limits: fc.dictionary(fc.constantFrom("a", "b", "c"), limit, { minKeys: 1, maxKeys: 3 }),
  rate: fc.constantFrom(20, 200, 1000),
  skew: fc.constantFrom(0, 0.5, 1),
  spanMs: fc.constant(4000),
  costs: fc.constantFrom(1, 1, 3),
  refunds: fc.constantFrom(0, 0.2),
  every: fc.constantFrom(0, 0.3, 1),
  whenUncoordinated: fc.constant("Deny" as const),
  trouble,
});

describe(`FUZZ_SEED=${seed}`, () => {
  test("whatever is lost, late, killed or set wrong, no window has more than the limit, and the books have no unit less", () => {
    fc.assert(
      fc.property(mesh, (options) => {
        const world = new SimulatedMesh(options).run();
        expect(world.undecided).toBe(0);
        for (const [key, limit] of Object.entries(options.limits)) {
          expect(worstWindow(world.admitted.get(key) ?? [], limit), key).toBeLessThanOrEqual(1 + 1e-6);
          if (options.trouble.losesState && options.trouble.kills.owner > 0) continue;
          const used = world.booked(key);
          expect(used, key).toBeGreaterThanOrEqual(world.sum(key));
          // A refund that comes after the lease's end is none; units that come after it are booked until their agent says
          // otherwise, which may be lost.
          const isLate = options.trouble.loss > 0 || options.trouble.delayMs[1] > TIMELY_MS;
          if (options.refunds === 0 && !isLate)
            expect(used - world.sum(key), key).toBeLessThanOrEqual(world.lost.get(key) ?? 0);
        }
      }),
      { seed, numRuns },
    );
  });

  test("whatever dies, a ledger says what was admitted, to the unit, and never more than the amount", () => {
    const ledgers = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.record({ amount: fc.constantFrom(5, 40, 300, 3000), perMs: fc.constant(3_600_000) }),
      { minKeys: 1, maxKeys: 3 },
    );
    fc.assert(
      fc.property(mesh, ledgers, (given, amounts) => {
        const limits = Object.fromEntries(
          Object.entries(amounts).map(([key, each]) => [
            key,
            { ...each, ledger: { period: { kind: "once" as const }, isOpen: false } },
          ]),
        );
        const kills = { owner: given.trouble.kills.owner, agents: 1 };
        const trouble = { ...given.trouble, kills, losesState: false };
        const world = new SimulatedMesh({ ...given, limits, trouble, refunds: 0 }).run();
        for (const [key, { amount }] of Object.entries(limits)) {
          expect(world.sum(key), key).toBeLessThanOrEqual(amount);
          expect(world.ledger(key), key).toBe(world.sum(key));
        }
      }),
      { seed, numRuns },
    );
  });

  test("whatever dies, a ledger that people begin anew says no less than was admitted since, refunds and all", () => {
    const amounts = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom(300, 3000), { minKeys: 1, maxKeys: 2 });
    fc.assert(
      fc.property(mesh, amounts, (given, ledgers) => {
        const ledger = { period: { kind: "once" as const }, isOpen: false };
        const limits = Object.fromEntries(
          Object.entries(ledgers).map(([key, amount]) => [key, { amount, perMs: 3_600_000, ledger }]),
        );
        // What was held is taken for used in time only where its holder is not heard of for long.
        const kills = { owner: given.trouble.kills.owner, agents: 1 };
        const trouble = { ...given.trouble, kills, loss: 0.6, delayMs: [1, 700] as const, losesState: false };
        const world = new SimulatedMesh({ ...given, limits, trouble, resets: 1 }).run();
        for (const [key, { amount }] of Object.entries(limits)) {
          const since = (world.admitted.get(key) ?? []).filter(({ atMs }) => atMs > (world.resetAt.get(key) ?? -1));
          const sum = since.reduce((all, { cost }) => all + cost, 0);
          expect(sum, key).toBeLessThanOrEqual(amount);
          expect(world.ledger(key), key).toBeGreaterThanOrEqual(sum);
        }
      }),
      { seed, numRuns },
    );
  });

  test("without trouble the books equal what was admitted, to the unit, refunds and all", () => {
    fc.assert(
      fc.property(mesh, (given) => {
        const options = { ...given, trouble: NO_TROUBLE };
        const world = new SimulatedMesh(options).run();
        for (const key of Object.keys(options.limits)) expect(world.booked(key), key).toBe(world.sum(key));
      }),
      { seed, numRuns },
    );
  });

  test("of N agents m are cut off: whatever they ask for, no window has more than 1 + m/N of the limit", () => {
    const cut = fc.record({ options: mesh, cutOff: fc.nat(12) });
    fc.assert(
      fc.property(cut, ({ options, cutOff }) => {
        const parts = Math.min(cutOff, options.agents);
        const world = new SimulatedMesh({
          ...{ ...options, trouble: { ...NO_TROUBLE, jumps: options.trouble.jumps, jumpMs: options.trouble.jumpMs } },
          ...{ whenUncoordinated: "Share", cutOff: parts },
        }).run();
        expect(world.undecided).toBe(0);
        for (const [key, { amount, perMs, burst }] of Object.entries(options.limits)) {
          const part = 1 + parts / options.agents;
          const most = { amount: amount * part, perMs, ...(burst === undefined ? {} : { burst: burst * part }) };
          expect(worstWindow(world.admitted.get(key) ?? [], most), key).toBeLessThanOrEqual(1 + 1e-6);
          expect(world.booked(key), key).toBeGreaterThanOrEqual(world.sum(key));
        }
      }),
      { seed, numRuns },
    );
  });
});

test.each([0, 1, 3, 6])("of 6 agents %i are cut off: each goes on with a sixth and no more", (cutOff) => {
  for (const burst of [undefined, 60]) {
    const limit = { amount: 60, perMs: 1000, ...(burst === undefined ? {} : { burst }) };
    const world = new SimulatedMesh({
      ...{ seed: 7 + cutOff, agents: 6, limits: { a: limit }, rate: 600, skew: 0, spanMs: 8000, costs: 1, refunds: 0 },
      ...{ every: 0, trouble: NO_TROUBLE, whenUncoordinated: "Share", cutOff },
    }).run();
    const admitted = world.admitted.get("a") ?? [];
    const part = 1 + cutOff / 6;
    const most = { ...limit, amount: 60 * part, ...(burst === undefined ? {} : { burst: burst * part }) };
    expect(worstWindow(admitted, most)).toBeLessThanOrEqual(1 + 1e-6);
    const alone = admitted.filter(({ atMs }) => atMs >= 5000 && atMs < 8000).length;
    // The others have all of it, those that are alone their sixths.
    expect(alone / (60 * 3)).toBeCloseTo(cutOff === 6 ? 1 : part, 1);
    expect(world.booked("a")).toBe(world.sum("a"));
  }
});

test.each([
  [100, 1000, undefined, 12],
  [1000, 1000, undefined, 3],
  [5, 2000, undefined, 12],
  [100, 1000, 100, 12],
  [50, 1000, 10, 6],
])(
  "%i in %i ms, burst %s, over %i agents that ask for more: less than a hundredth is not given",
  (amount, perMs, burst, agents) => {
    const limit = { amount, perMs, ...(burst === undefined ? {} : { burst }) };
    const spanMs = 10 * perMs;
    const world = new SimulatedMesh({
      ...{ seed: 11, agents, limits: { a: limit }, rate: Math.max(600, (3000 * amount) / perMs), skew: 0.5, spanMs },
      ...{ costs: 1, refunds: 0, every: 0, trouble: NO_TROUBLE, whenUncoordinated: "Deny" },
    }).run();
    const steadyMs = spanMs - perMs;
    const given = (world.admitted.get("a") ?? []).filter(({ atMs }) => atMs >= perMs).length;
    expect(given / ((amount * steadyMs) / perMs)).toBeGreaterThan(0.99);
  },
);

test.each([
  ["1 ms", [0.5, 0.5], 0.01],
  ["1 to 20 ms", [0.5, 10], 0.02],
  ["100 ms", [50, 50], 0.12],
] as const)(
  "where there is plenty and answers take %s, few requests wait for one, and the owner is asked rarely",
  (_, delayMs, most) => {
    const limits = { a: { amount: 1_000_000, perMs: 1000 } };
    const world = new SimulatedMesh({
      ...{ seed: 5, agents: 2, limits, rate: 2000, skew: 0.5, spanMs: 4000, costs: 1, refunds: 0, every: 0 },
      ...{ trouble: { ...NO_TROUBLE, delayMs }, whenUncoordinated: "Deny" },
    }).run();
    const admitted = world.sum("a");
    expect(world.waited / admitted).toBeLessThan(most);
    expect(world.draws / admitted).toBeLessThan(0.03);
  },
);

test.each([20, 150])(
  "an owner whose answers always take twice %i ms is heard, and what there is is used",
  (delayMs) => {
    const world = new SimulatedMesh({
      ...{ seed: 1, agents: 2, limits: { a: { amount: 50, perMs: 1000 } }, rate: 200, skew: 0, spanMs: 8000, costs: 1 },
      ...{ refunds: 0, every: 0, trouble: { ...NO_TROUBLE, delayMs: [delayMs, delayMs] }, whenUncoordinated: "Deny" },
    }).run();
    expect(world.undecided).toBe(0);
    expect(world.admitted.get("a")?.length).toBeGreaterThan((50 * 8) / 2);
  },
);

test.each([
  [1, 20],
  [50, 400],
] as const)(
  "where thirty quotas have to admit a request, none is refused while all have units: answers take %i to %i ms",
  (...delayMs) => {
    const ledger = { period: { kind: "once" as const }, isOpen: false, isGranted: true };
    const quotas = Array.from(
      { length: 30 },
      (_, at) => [`k${at}`, { amount: 500, perMs: 3_600_000, ledger }] as const,
    );
    for (const agents of [1, 3]) {
      const world = new SimulatedMesh({
        ...{ seed: agents, agents, limits: Object.fromEntries(quotas), rate: 100, skew: 0.5, spanMs: 3000, costs: 1 },
        ...{ refunds: 0, every: 1, trouble: { ...NO_TROUBLE, delayMs }, whenUncoordinated: "Deny" },
      }).run();
      expect([world.refused, world.undecided]).toEqual([0, 0]);
      expect(world.sum("k0")).toBeGreaterThan(200);
    }
  },
);

describe("a request has to be admitted by a plentiful rule and by a scarce one, and answers take up to 20 ms", () => {
  const run = (scarce: number, rate: number, seeds: readonly number[]) =>
    seeds.map((seed) => {
      const limits = { plentiful: { amount: 1000, perMs: 1000 }, scarce: { amount: scarce, perMs: 1000 } };
      return new SimulatedMesh({
        ...{ seed, agents: 3, limits, rate, skew: 0.5, spanMs: 4000, costs: 1, refunds: 0, every: 1 },
        ...{ trouble: { ...NO_TROUBLE, delayMs: [1, 20] as const }, whenUncoordinated: "Deny" as const },
      }).run();
    });

  test("of half of what the scarce one has hardly any is refused: nobody is kept going from the one to the other", () => {
    const worlds = run(1000, 500, [1, 2, 3, 4]);
    const refused = worlds.reduce((sum, world) => sum + world.refused, 0);
    const admitted = worlds.reduce((sum, world) => sum + world.sum("scarce"), 0);
    expect(refused / admitted).toBeLessThan(0.001);
  });

  test("of more than it has, the scarce one is named for all that are refused", () => {
    const by = [run(100, 500, [1, 2, 3, 4]), run(300, 500, [1, 2, 3, 4])].flat().map(({ refusedBy }) => refusedBy);
    for (const each of by) expect([...each.keys()]).toEqual(["scarce"]);
  });
});
