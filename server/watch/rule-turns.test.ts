import { expect, test } from "vitest";
import type { SeriesSource } from "#core/promql/series-source.ts";
import type { WrittenRule } from "#core/resolve/alerting.ts";
import { RuleTurns } from "#server/watch/evaluate-rules.ts";

const rule = (name: string, expr: string): WrittenRule => ({
  ...{ ref: `AlertRule/a/${name}`, namespace: "a", name, expr, forMs: 0, labels: {}, annotations: {} },
});

/** A source that takes as long as a metric's name says, or has so many series. */
function openWorld() {
  const world = { nowMs: 1_000_000, asked: [] as string[] };
  const source = {
    select: async ({ matchers }: Parameters<SeriesSource["select"]>[0]) => {
      const name = String(matchers.find((each) => each.name === "__name__")?.value);
      world.asked.push(name);
      const [what = "", amount = "0"] = name.split("_");
      if (what === "takes") world.nowMs += Number(amount);
      return Array.from({ length: what === "has" ? Number(amount) : 0 }, (_, index) => ({
        labels: new Map([["n", String(index)]]),
        timesMs: Float64Array.of(world.nowMs),
        values: Float64Array.of(1),
      }));
    },
  } as unknown as SeriesSource;
  const turns = new RuleTurns(() => world.nowMs);
  const round = async (rules: readonly WrittenRule[]) => {
    world.asked.length = 0;
    const evaluations = await turns.evaluate(rules, source, world.nowMs);
    world.nowMs += 30_000;
    return { asked: world.asked.toSorted(), evaluations };
  };
  return { world, round };
}

test("a rule that takes long is asked less often, and keeps no other from being asked", async () => {
  const { round } = openWorld();
  const slow = Array.from({ length: 10 }, (_, index) => rule(`slow-${index}`, `takes_${8000 + index}`));
  const rules = [...slow, rule("quick", "takes_1")];
  const rounds = [];
  for (let nth = 0; nth < 12; nth += 1) rounds.push(await round(rules));
  // Each was asked, and in no round more than fit into its time; the quick one in all but the first, where nothing was known of any.
  for (const { asked } of rounds) expect(asked.length).toBeLessThanOrEqual(3);
  for (const { expr } of rules) expect(rounds.some(({ asked }) => asked.includes(expr))).toBe(true);
  expect(rounds.slice(6).every(({ asked }) => asked.includes("takes_1"))).toBe(true);
  // What was not asked leaves its alerts as they are.
  const { evaluations = [], asked = [] } = rounds.at(-1) ?? {};
  expect(evaluations.filter(({ error }) => error === undefined)).toHaveLength(asked.length);
  expect(evaluations).toHaveLength(rules.length);
});

test("rules that find more than is of help say so, and no other finds less for it", async () => {
  const { round } = openWorld();
  const rules = [
    rule("many", "has_501"),
    ...Array.from({ length: 11 }, (_, index) => rule(`much-${index}`, "has_500")),
    rule("one", "has_1"),
  ];
  const { evaluations } = await round(rules);
  const count = Object.fromEntries(
    evaluations.map(({ rule: ref, findings, error }) => [ref, error ?? findings.length]),
  );
  expect(count["AlertRule/a/many"]).toMatch(/it finds 501 at once, and 500 at most/);
  expect(count["AlertRule/a/much-9"]).toBe(500);
  expect(count["AlertRule/a/much-10"]).toMatch(/all rules find more than 5000 at once/);
});
