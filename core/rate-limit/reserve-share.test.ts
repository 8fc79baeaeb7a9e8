import { expect, test } from "vitest";
import { openMeter } from "#core/rate-limit/open-meter.ts";
import { bucketsOf, reserveShare } from "#core/rate-limit/reserve-share.ts";
import { fc } from "#testing/fc.ts";

const LIMIT = { amount: 50, perMs: 1000 };

test.each([
  ["critical", [50]],
  [undefined, [50, 40]],
  ["other", [50, 40]],
])("requests of class %s pass buckets of %j", (className, amounts) => {
  const buckets = reserveShare(LIMIT, [{ name: "critical", percent: 20 }], className);
  expect(buckets.map(({ limit }) => limit.amount)).toEqual(amounts);
});

test("of several shares each set is kept from all others, in bursts too, and something is left of a small limit", () => {
  const reserves = [
    { name: "a", percent: 20 },
    { name: "b", percent: 50 },
  ];
  const limit = { amount: 10, perMs: 1000, burst: 1 };
  const passed = (className?: string) =>
    reserveShare(limit, reserves, className).map(({ reserve, limit }) => [reserve, limit.amount, limit.burst]);
  expect(passed("a")).toEqual([
    [undefined, 10, 1],
    ["b", 5, 1],
  ]);
  expect(passed()).toEqual([
    [undefined, 10, 1],
    ["a", 8, 1],
    ["a+b", 3, 1],
    ["b", 5, 1],
  ]);
  expect(passed()).toHaveLength(bucketsOf(reserves));
});

test("whoever asks first, and for however much, each class still gets its share", () => {
  const shares = [
    { name: "a", percent: 20 },
    { name: "b", percent: 30 },
    { name: "c", percent: 10 },
  ];
  const name = fc.constantFrom(undefined, "a", "b", "c");
  fc.assert(
    fc.property(fc.array(name, { maxLength: 300 }), fc.constantFrom(...shares), (before, last) => {
      const meters = new Map<string, ReturnType<typeof openMeter>>();
      const used = new Map<string | undefined, number>();
      const ask = (className: string | undefined): boolean => {
        const buckets = reserveShare({ amount: 100, perMs: 1000 }, shares, className).map(({ reserve = "", limit }) => {
          const meter = meters.get(reserve) ?? openMeter(limit);
          meters.set(reserve, meter);
          return meter;
        });
        if (buckets.some((meter) => meter.room(1) < 1)) return false;
        for (const meter of buckets) meter.spend(1, 1, 1);
        used.set(className, (used.get(className) ?? 0) + 1);
        return true;
      };
      for (const each of before) ask(each);
      while (ask(last.name));
      expect(used.get(last.name)).toBeGreaterThanOrEqual(last.percent);
      expect([...used.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(100);
    }),
  );
});
