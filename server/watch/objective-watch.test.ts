import { expect, test } from "vitest";
import { objectiveCounter } from "#core/objectives/counter.ts";
import { judgeObjective, windowFrom } from "#core/objectives/judge-objective.ts";
import { HOUR_MS, MINUTE_MS } from "#core/objectives/slot-sums.ts";
import { readObjective } from "#core/resolve/objectives.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { makeRandom } from "#server/envoy/testing/random-world.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { PRODUCTPAGE, REVIEWS, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";
import { evaluateObjectives } from "#server/watch/evaluate-rules.ts";
import { ObjectiveWatch } from "#server/watch/objective-watch.ts";

const at = storeCase(openDuckdb);

const written = (name: string, spec: string) => {
  const { resources, diagnostics } = parseDocuments(
    `apiVersion: observe.pharos.dev/v1\nkind: Objective\nmetadata: { name: ${name}, namespace: default }\nspec: ${spec}\n`,
  );
  expect(diagnostics).toEqual([]);
  const [objective] = resources;
  if (objective?.kind !== "Objective") throw new Error("no objective");
  return readObjective(objective, { domainSuffix: "cluster.local" });
};

const CALLER = written(
  "caller",
  "{ service: reviews, from: { workload: productpage-v1 }, reporter: Source, availability: {}, target: 99, window: { rolling: 24h } }",
);
const CALLED = written(
  "called",
  "{ workload: reviews-v1, availability: { codes: '503' }, target: 90, window: { rolling: 6h } }",
);
const FAST = written(
  "fast",
  "{ workload: reviews-v1, latency: { threshold: 10ms }, target: 99.9, window: { calendar: Week, timeZone: Asia/Kolkata } }",
);

/** Of one objective, from the store alone. */
async function fromScratch(terms: typeof CALLER, dueMs: number) {
  const { count, isMeant } = objectiveCounter(terms);
  const all = await at.queries.slots({
    startMs: windowFrom(terms, dueMs) - 96 * HOUR_MS,
    endMs: dueMs,
    stepMs: MINUTE_MS,
    isMeant,
  });
  const slots = [...all.slots].map(([atMs, rows]) => ({ atMs, sums: rows.map(count) }));
  return judgeObjective(terms, dueMs, (fromMs, toMs) => {
    let [total, bad] = [0, 0];
    for (const { atMs, sums } of slots)
      if (atMs >= fromMs && atMs < toMs) for (const each of sums) [total, bad] = [total + each.total, bad + each.bad];
    return { total, bad };
  });
}

test("what is counted bit by bit is what is stored: with late reports, new objectives and servers that were killed", async () => {
  const random = makeRandom(3);
  let terms = [CALLER];
  const start = () =>
    new ObjectiveWatch({
      ...{ telemetry: at.queries, terms: () => terms, settledMs: () => at.now - 10_000 },
      clock: () => 0,
    });
  let watch = start();
  at.running.onWindow(({ startMs }) => watch.noteStored(startMs));
  const sequences = { source: 0, destination: 0 };
  const tell = (side: "source" | "destination", atMs: number): Promise<unknown> => {
    sequences[side] += 1;
    const failed = random(4) === 0 ? random(20) : 0;
    const traffic = [
      toReviews(atMs, 50 - failed, { side }),
      ...(failed === 0 ? [] : [toReviews(atMs, failed, { side, code: 503 })]),
    ];
    const report = reportOf(sequences[side], traffic, { storeId: side });
    return at.take(report, side === "source" ? PRODUCTPAGE : REVIEWS);
  };
  const late: number[] = [];
  const steps = 40;
  for (let step = 0; step < steps; step += 1) {
    const atMs = START + step * 17 * MINUTE_MS;
    at.now = atMs + MINUTE_MS + 12_000;
    await tell("source", atMs);
    if (random(4) === 0) late.push(atMs);
    else await tell("destination", atMs);
    // An agent that was away comes back.
    if (random(5) === 0) for (const each of late.splice(0)) await tell("destination", each);
    if (step === 5) terms = [CALLER, CALLED, FAST];
    if (random(6) === 0) watch = start();
    if (random(3) !== 0) await watch.run();
    if (random(6) === 0) await at.running.maintain();
  }
  await watch.run();
  at.now += 5 * MINUTE_MS;
  await watch.run();
  const dueMs = Math.floor((at.now - 10_000) / MINUTE_MS) * MINUTE_MS;
  for (const { terms: each, state } of watch.states) {
    expect(state).toEqual(await fromScratch(each, dueMs));
    expect(state?.total).toBeGreaterThan(100);
  }
  expect(watch.states.map(({ state }) => state?.bad ?? 0)).toEqual([expect.any(Number), expect.any(Number), 0]);
  expect(watch.states[0]?.state?.bad).toBeGreaterThan(0);
}, 60_000);

test("of an objective whose windows cannot be read nothing is said, and it is counted once they can", async () => {
  let isDown = true;
  const watch = new ObjectiveWatch({
    telemetry: { slots: (...asked) => (isDown ? Promise.reject(new Error("down")) : at.queries.slots(...asked)) },
    terms: () => [CALLER],
    settledMs: () => START + HOUR_MS,
  });
  await expect(watch.run()).rejects.toThrow("down");
  // Its alerts stay as they are: they would be over if it was gone.
  expect(evaluateObjectives(watch.states)).toMatchObject([{ rule: CALLER.ref, error: "it was not counted yet" }]);
  isDown = false;
  await watch.run();
  expect(watch.states.map(({ state }) => state?.atMs)).toEqual([START + HOUR_MS]);
});

test("who tells of last month again and again does not have it read again and again", async () => {
  const [asked, world] = [[] as number[], { settledMs: START + 100 * HOUR_MS, clockMs: 0 }];
  const watch = new ObjectiveWatch({
    telemetry: {
      slots: async ({ startMs, endMs, stepMs }) => {
        if (stepMs === HOUR_MS) asked.push(endMs - startMs);
        // As long as a large store takes for a month.
        world.clockMs += (endMs - startMs) / 100_000;
        return { slots: new Map(), endMs };
      },
    },
    terms: () => [CALLER],
    settledMs: () => world.settledMs,
    clock: () => world.clockMs,
  });
  await watch.run();
  for (let minute = 0; minute < 30; minute += 1) {
    watch.noteStored(world.settledMs - 90 * HOUR_MS);
    world.settledMs += MINUTE_MS;
    world.clockMs += 1000;
    await watch.run();
  }
  const [first = 0, ...later] = asked;
  expect(later.length).toBeGreaterThan(0);
  expect(later.length).toBeLessThan(4);
  expect(later.every((ms) => ms <= first)).toBe(true);
  // And what waited is read once it may be.
  world.settledMs += MINUTE_MS;
  world.clockMs += 3_600_000;
  await watch.run();
  expect(asked).toHaveLength(later.length + 2);
});
