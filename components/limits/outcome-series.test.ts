import { expect, test } from "vitest";
import { outcomeSeries } from "#components/limits/outcome-series.ts";
import type { UsedLimit, UsedRule } from "#core/view/limit-use.ts";

const rule = (name: string, ...perSecond: number[]): UsedRule => ({
  ...{ name, words: "", callers: [], refused: perSecond.reduce((sum, value) => sum + value, 0) },
  ...{ admitted: 7, tried: 0, exempt: 0 },
  perSecond: {
    ...{ tried: [], exempt: [], admitted: [{ atMs: 0, value: 7 }] },
    refused: perSecond.map((value, index) => ({ atMs: index, value })),
  },
});
const limit = (...rules: UsedRule[]): UsedLimit => ({
  ...{
    ref: "RateLimit/shop/a",
    kind: "RateLimit",
    namespace: "shop",
    name: "a",
    mode: "Enforce",
    isPerInstance: false,
  },
  ...{ effect: "", workloads: [], gateways: [], services: [], requests: 0, arrivedPerSecond: [], rules },
});

test("rules that refused have a line, those that refused most first", () => {
  expect(
    outcomeSeries([limit(rule("few", 1, 0), rule("none", 0, 0)), limit(rule("many", 3, 4))], "refused"),
  ).toMatchObject([
    { label: "RateLimit shop/a, rule many", points: [{ value: 3 }, { value: 4 }] },
    { label: "RateLimit shop/a, rule few", points: [{ value: 1 }, { value: 0 }] },
  ]);
});

test("of many rules the last line is the sum of all that have none", () => {
  const rules = Array.from({ length: 9 }, (_, index) => rule(`r${index}`, 9 - index, 1));
  const series = outcomeSeries([limit(...rules)], "refused");
  expect(series).toHaveLength(7);
  expect(series.at(-1)).toMatchObject({ label: "3 other rules", points: [{ value: 3 + 2 + 1 }, { value: 3 }] });
  expect(new Set(series.map(({ color }) => color)).size).toBe(7);
});

test("who let requests through has a line of its own for that", () => {
  const few = limit(rule("few", 1, 0));
  expect([outcomeSeries([few], "admitted"), outcomeSeries([few], "tried")]).toMatchObject([
    [{ label: "RateLimit shop/a, rule few", points: [{ value: 7 }] }],
    [],
  ]);
});
