import { expect, test } from "vitest";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import { worstWindow } from "#core/rate-limit/testing/worst-window.ts";
import { fc, seed } from "#testing/fc.ts";

test("a window has all of its amount again when, and not before, the uses have left it", () => {
  const meter = openMeter({ amount: 10, perMs: 1000 });
  meter.spend(4, 100, 100);
  meter.spend(6, 500, 500);
  expect([meter.room(1099), meter.room(1100), meter.room(1499), meter.room(1500)]).toEqual([0, 4, 4, 10]);
  expect(meter.isFresh(1500)).toBe(true);
});

test("a full bucket and what it refills is more than the amount in a window: for that there is the window", () => {
  const limit = { amount: 10, perMs: 1000 };
  const admittedBy = (burst: number | undefined): number => {
    const meter = openMeter({ ...limit, ...(burst === undefined ? {} : { burst }) });
    let admitted = 0;
    for (let nowMs = 0; nowMs < 1000; nowMs += 1)
      if (meter.room(nowMs) >= 1) {
        meter.spend(1, nowMs, nowMs);
        admitted += 1;
      }
    return admitted;
  };
  expect([admittedBy(undefined), admittedBy(10), admittedBy(1)]).toEqual([10, 19, 10]);
});

test.each([
  [undefined, 3, 900],
  [undefined, 7, 1000],
  [undefined, 11, Infinity],
  [4, 2, 50],
  [4, 5, Infinity],
])("with burst %s, room for %i is in %i ms", (burst, units, waitMs) => {
  const meter = openMeter({ amount: 10, perMs: 1000, ...(burst === undefined ? {} : { burst }) });
  if (burst === undefined) {
    meter.spend(6, 0, 100);
    meter.spend(4, 100, 100);
  } else {
    meter.spend(4, 0, 0);
    expect(meter.room(150)).toBeCloseTo(1.5);
  }
  expect(meter.waitMs(units, burst === undefined ? 100 : 150)).toBeCloseTo(waitMs, 0);
});

test.each([1, 1e9, 1e12])("a bucket of %d in a millisecond counts units after years, too", (amount) => {
  const yearsMs = 1e11;
  const meter = openMeter({ amount, perMs: 1, burst: 10 });
  for (let used = 0; used < 10; used += 1) meter.spend(1, yearsMs, yearsMs);
  expect(meter.room(yearsMs)).toBeLessThan(1);
});

test("a key that is used all the time needs no more than so much memory", () => {
  const meter = openMeter({ amount: 1_000_000, perMs: 60_000 });
  for (let nowMs = 0; nowMs < 120_000; nowMs += 7) meter.spend(1, nowMs, nowMs);
  expect(meter.save().length).toBeLessThanOrEqual(2 * 130);
  expect(1_000_000 - meter.room(120_000)).toBeGreaterThanOrEqual(Math.floor(60_000 / 7));
});

test(`charges that come out of order, and a meter that was saved, admit no more (FUZZ_SEED=${seed})`, () => {
  const limits = fc.record({
    amount: fc.integer({ min: 1, max: 30 }),
    perMs: fc.constantFrom(100, 1000),
    burst: fc.constantFrom(undefined, 1, 20),
  });
  const asks = fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 60 }), agoMs: fc.nat(50), cost: fc.integer({ min: 1, max: 5 }) }),
  );
  fc.assert(
    fc.property(limits, asks, ({ burst, ...rest }, list) => {
      const limit = { ...rest, ...(burst === undefined ? {} : { burst }) };
      let meter = openMeter(limit);
      let nowMs = 1000;
      let held: { cost: number; atMs: number }[] = [];
      const admitted: { cost: number; atMs: number }[] = [];
      for (const { afterMs, agoMs, cost } of list) {
        nowMs += afterMs;
        // What was used is charged when it is told, the last first.
        for (const use of held.toReversed()) if (use.atMs < nowMs - agoMs) meter.spend(use.cost, use.atMs, nowMs);
        held = held.filter((use) => use.atMs >= nowMs - agoMs);
        if (meter.room(nowMs) - held.reduce((sum, use) => sum + use.cost, 0) < cost) continue;
        held.push({ cost, atMs: nowMs });
        admitted.push({ cost, atMs: nowMs });
        meter = openMeter(limit, meter.save());
      }
      expect(worstWindow(admitted, limit)).toBeLessThanOrEqual(1 + 1e-6);
    }),
    { seed, numRuns: 300 },
  );
});

const PETA = 1e15;

test("petabytes are counted to the byte, also after more was charged than numbers can be exact of", () => {
  const meter = openMeter({ amount: PETA, perMs: 1000 });
  for (let at = 0; at < 20; at += 1) meter.spend(2 ** 53, at * 20, 400);
  meter.spend(PETA - 1, 900, 900);
  meter.spend(3, 950, 1400);
  expect(meter.room(1400)).toBe(-2);
  expect(openMeter({ amount: PETA, perMs: 1000 }, meter.save()).room(1900)).toBe(PETA - 3);
});

test.each([1, 7, 1e9])("a bucket of petabytes never fills by more than it should, %d at a time", (cost) => {
  const [amount, perMs, burst] = [1000, 3000, PETA];
  const meter = openMeter({ amount, perMs, burst });
  meter.spend(burst, 0, 0);
  let used = BigInt(burst);
  for (let nowMs = 1; nowMs < 3000; nowMs += 1) {
    meter.spend(cost, nowMs, nowMs);
    used += BigInt(cost);
    const most = BigInt(burst) * BigInt(perMs) + BigInt(nowMs) * BigInt(amount);
    const room = BigInt(Math.floor(meter.room(nowMs)));
    expect((used + room) * BigInt(perMs) <= most || room < 0n).toBe(true);
  }
});
