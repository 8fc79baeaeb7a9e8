import { expect, test } from "vitest";
import { NO_TROUBLE } from "#core/rate-limit/testing/mesh-options.ts";
import { SimulatedMesh } from "#core/rate-limit/testing/simulate-mesh.ts";

const BASE = { skew: 0, costs: 1, refunds: 0, rate: 0, whenUncoordinated: "Deny" as const };
const perSecond = (amount: number) => ({ amount, perMs: 1000 });

test.each([
  [1000, 100, 5, 50, [0.5, 1]],
  [1000, 50, 1, 20, [25, 25]],
  [5000, 100, 5, 50, [1, 20]],
  [5000, 1000, 50, 700, [25, 25]],
  [20_000, 100, 5, 50, [25, 25]],
  [20_000, 1000, 5, 500, [1, 20]],
] as const)(
  "of %i requests a second that share %i with others and have %i of their own, nothing is held from the %i who share: answers take %j ms each way",
  (flood, shared, own, innocents, delayMs) => {
    for (const seed of [1, 2]) {
      const world = new SimulatedMesh({
        ...{ ...BASE, seed, agents: 3, spanMs: 4000, every: 0, trouble: { ...NO_TROUBLE, delayMs } },
        limits: { shared: perSecond(shared), own: perSecond(own) },
        streams: {
          innocent: { keys: ["shared"], rate: innocents },
          flood: { keys: ["shared", "own"], rate: flood, agentAt: 0 },
        },
      }).run();
      expect(world.ofStream.get("innocent")?.refused).toBe(0);
      expect(world.ofStream.get("flood")?.admitted).toBe(4 * own);
    }
  },
);

test.each([
  [100, [1, 20]],
  [20, [50, 400]],
] as const)(
  "%i requests a second that twelve limits have to admit are not refused for what others take meanwhile: answers take %j ms each way",
  (rate, delayMs) => {
    const keys = Array.from({ length: 12 }, (_, at) => `k${at}`);
    for (const seed of [5, 6, 7]) {
      const world = new SimulatedMesh({
        ...{ ...BASE, seed, agents: 3, spanMs: 2000, every: 0, refunds: 0.1, trouble: { ...NO_TROUBLE, delayMs } },
        limits: Object.fromEntries(keys.map((key) => [key, perSecond(500)])),
        streams: {
          all: { keys, rate },
          ...Object.fromEntries(keys.map((key) => [key, { keys: [key], rate: 200 }])),
        },
      }).run();
      expect([world.refused, world.undecided]).toEqual([0, 0]);
    }
  },
);

test("of two limits that are asked for more than they have, hardly any is lost between them", () => {
  for (const [a, b] of [
    [100, 100],
    [100, 20],
    [1000, 900],
  ] as const) {
    const world = new SimulatedMesh({
      ...{
        ...BASE,
        seed: a,
        agents: 3,
        limits: { a: perSecond(a), b: perSecond(b) },
        rate: 3 * a,
        spanMs: 6000,
        every: 1,
      },
      trouble: { ...NO_TROUBLE, delayMs: [1, 5] },
    }).run();
    expect(world.sum("a") / (6 * Math.min(a, b))).toBeGreaterThan(0.99);
  }
});
