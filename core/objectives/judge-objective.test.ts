import { expect, test } from "vitest";
import { countedThreshold } from "#core/objectives/counter.ts";
import { judgeObjective, sumFrom, windowFrom } from "#core/objectives/judge-objective.ts";
import { HOUR_MS, MINUTE_MS } from "#core/objectives/slot-sums.ts";
import { readObjective } from "#core/resolve/objectives.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const written = (name: string, spec: string) => {
  const { resources, diagnostics } = parseDocuments(
    `apiVersion: observe.pharos.dev/v1\nkind: Objective\nmetadata: { name: ${name}, namespace: default }\nspec: ${spec}\n`,
  );
  expect(diagnostics).toEqual([]);
  const [objective] = resources;
  if (objective?.kind !== "Objective") throw new Error("no objective");
  return readObjective(objective, { domainSuffix: "cluster.local" });
};

const MONTH = written("m", "{ service: reviews, availability: {}, target: 99.9, window: { rolling: 720h } }");
const NOW = 1000 * HOUR_MS;
/** So many of 1000 failed in each minute of so long. */
const failing =
  (forMs: number, bad: number, endMs = NOW) =>
  (fromMs: number, toMs: number) => {
    const minutes = (from: number, to: number) => Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs)) / MINUTE_MS;
    return { total: 1000 * minutes(0, NOW), bad: bad * minutes(endMs - forMs, endMs) };
  };

test.each([
  ["nothing", failing(0, 0), []],
  ["1.44 % for an hour: 14.4 times as fast", failing(HOUR_MS, 14.4), ["page 1h"]],
  ["a little less", failing(HOUR_MS, 14.3), []],
  ["1.44 % for an hour that is over", failing(HOUR_MS, 14.4, NOW - 5 * MINUTE_MS), []],
  ["0.6 % for six hours", failing(6 * HOUR_MS, 6), ["page 6h", "ticket 72h"].slice(0, 1)],
  ["0.1 % for three days", failing(72 * HOUR_MS, 1), ["ticket 72h"]],
])("of thirty days: %s", (_, between, expected) => {
  const { burns } = judgeObjective(MONTH, NOW, between);
  expect(burns.map(({ factor }) => Number(factor.toPrecision(6)))).toEqual([14.4, 6, 1]);
  const burning = burns.filter(({ isBurning }) => isBurning);
  expect(burning.map(({ severity, longMs }) => `${severity} ${longMs / HOUR_MS}h`)).toEqual(expected);
});

test("budget left is the share of what may fail that did not, below none where more did", () => {
  expect(judgeObjective(MONTH, NOW, () => ({ total: 100_000, bad: 25 })).budgetLeft).toBeCloseTo(0.75, 10);
  expect(judgeObjective(MONTH, NOW, () => ({ total: 100_000, bad: 150 })).budgetLeft).toBeCloseTo(-0.5, 10);
  expect(judgeObjective(MONTH, NOW, () => ({ total: 0, bad: 0 })).budgetLeft).toBeNull();
});

test("few requests that fail are no alert", () => {
  const few = judgeObjective(MONTH, NOW, () => ({ total: 9, bad: 9 }));
  expect(few.burns.some(({ isBurning }) => isBurning)).toBe(false);
});

test("a threshold is counted by the nearest bound, exactly where it is one of Istio's", () => {
  expect([100, 250, 1000].map(countedThreshold)).toEqual([100, 250, 1000]);
  for (const ms of [7, 33, 300, 777, 4321]) expect(Math.abs(countedThreshold(ms) / ms - 1)).toBeLessThan(0.02);
});

test.each([
  ["UTC", "Day", "2026-03-29T12:10:00Z", "2026-03-29T00:00:00Z"],
  ["Europe/Berlin", "Day", "2026-03-29T12:10:00Z", "2026-03-28T23:00:00Z"],
  ["Europe/Berlin", "Day", "2026-03-29T22:00:00Z", "2026-03-28T23:00:00Z"],
  ["Europe/Berlin", "Day", "2026-03-29T22:01:00Z", "2026-03-29T22:00:00Z"],
  ["Europe/Berlin", "Week", "2026-03-29T12:10:00Z", "2026-03-22T23:00:00Z"],
  ["America/New_York", "Month", "2026-03-29T12:10:00Z", "2026-03-01T05:00:00Z"],
  // Midnight there is at 18:30: what is counted by hours begins with the one that it is in.
  ["Asia/Kolkata", "Day", "2026-03-29T12:10:00Z", "2026-03-28T18:00:00Z"],
  ["Asia/Kolkata", "Day", "2026-03-29T18:20:00Z", "2026-03-28T18:00:00Z"],
  ["Asia/Kolkata", "Day", "2026-03-29T18:31:00Z", "2026-03-29T18:00:00Z"],
])("in %s a %s that holds %s began at %s", (timeZone, calendar, at, from) => {
  const terms = written(
    "zoned",
    `{ service: reviews, availability: {}, target: 99, window: { calendar: ${calendar}, timeZone: ${timeZone} } }`,
  );
  expect(new Date(windowFrom(terms, Date.parse(at))).toISOString()).toBe(new Date(from).toISOString());
});

test("windows begin with whole hours, and those told by minutes with a minute", () => {
  const sixHours = written("s", "{ workload: a, availability: {}, target: 90, window: { rolling: 6h } }");
  expect(windowFrom(sixHours, NOW + 30 * MINUTE_MS)).toBe(NOW - 5 * HOUR_MS);
  expect(sumFrom(NOW + MINUTE_MS, HOUR_MS)).toBe(NOW + MINUTE_MS - HOUR_MS);
});
