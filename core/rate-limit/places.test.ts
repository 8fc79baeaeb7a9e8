import { expect, test } from "vitest";
import type { Limit } from "#core/rate-limit/limit.ts";
import { type MeshOptions, NO_TROUBLE } from "#core/rate-limit/testing/mesh-options.ts";
import { SimulatedMesh } from "#core/rate-limit/testing/simulate-mesh.ts";
import { fc, seed } from "#testing/fc.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 15);
const places = (amount: number): Limit => ({ amount, perMs: 3000, isPlaces: true });

const OPTIONS: Omit<MeshOptions, "seed" | "limits" | "trouble"> = {
  ...{ agents: 3, rate: 200, skew: 0.5, spanMs: 6000, costs: 1, refunds: 0, every: 0 },
  ...{ whenUncoordinated: "Deny", lastMs: 1500 },
};

test(`whoever is killed, however clocks jump, and where two agents run by one name, there are never more at a time than the amount (FUZZ_SEED=${seed})`, () => {
  const trouble = fc.record({
    ...{ loss: fc.constantFrom(0, 0.1), duplication: fc.constantFrom(0, 0.5), losesState: fc.boolean() },
    delayMs: fc.constantFrom([0.2, 1] as const, [1, 20] as const),
    kills: fc.record({ owner: fc.constantFrom(0, 1), agents: fc.constantFrom(0, 0.5, 2) }),
    ...{ jumps: fc.constantFrom(0, 1), jumpMs: fc.constantFrom(5000, 3_600_000), drift: fc.constantFrom(0, 0.015) },
  });
  const limits = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom(1, 5, 40, 300).map(places), { minKeys: 1 });
  const agents = fc.integer({ min: 1, max: 6 });
  const options = fc.record({ seed: fc.nat(), limits, trouble, agents, areTwins: fc.boolean() });
  fc.assert(
    fc.property(options, fc.constantFrom(0, 0.5, 1), fc.constantFrom(50, 1500, 8000), (given, every, lastMs) => {
      const world = new SimulatedMesh({ ...OPTIONS, ...given, every, lastMs }).run();
      expect(world.undecided).toBe(0);
      for (const [key, { amount }] of Object.entries(given.limits))
        expect(world.mostAtATime(key), key).toBeLessThanOrEqual(amount);
    }),
    { seed, numRuns },
  );
});

test("places that one agent had at once and needs no more are the others'", () => {
  const world = new SimulatedMesh({
    ...{ ...OPTIONS, seed: 3, trouble: NO_TROUBLE, limits: { a: places(10) }, rate: 400, lastMs: 40 },
  }).run();
  // Of 400 a second that last 13 ms in the middle there are 5 at a time.
  expect(world.refused / (world.refused + (world.admitted.get("a")?.length ?? 0))).toBeLessThan(0.05);
});
