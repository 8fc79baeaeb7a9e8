import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { HealthRun } from "#core/view/health.ts";
import { makeRandom } from "#server/envoy/testing/random-world.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { MINUTE, PRODUCTPAGE, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";
import { HealthStore } from "#server/watch/health-store.ts";
import { HEALTH_MS, HealthWatch } from "#server/watch/health-watch.ts";
import { prepared } from "#server/watch/open-watch.ts";

const at = storeCase(openDuckdb);
const WHO = [
  "service reviews.default.svc.cluster.local",
  "workload default/reviews-v1",
  "app default/reviews",
  "namespace default",
];

/** What is judged minute by minute, as runs. */
async function fromScratch(subject: string, toMs: number): Promise<HealthRun[]> {
  const runs: { sinceMs: number; untilMs: number; status: HealthRun["status"] }[] = [];
  for (let endMs = START + MINUTE; endMs <= toMs; endMs += MINUTE) {
    const health = (await at.queries.health({ startMs: endMs - HEALTH_MS, endMs })).get(subject);
    if (health === undefined) continue;
    const last = runs.at(-1);
    if (last?.untilMs === endMs - MINUTE && last.status === health.status) last.untilMs = endMs;
    else runs.push({ sinceMs: endMs - MINUTE, untilMs: endMs, status: health.status });
  }
  return runs as unknown as HealthRun[];
}

test("health over time is what each minute's windows say, however often the server was started anew meanwhile", async () => {
  const random = makeRandom(7);
  const db = prepared(new DatabaseSync(":memory:"));
  let store = new HealthStore(db);
  const watch = () =>
    new HealthWatch({ store, judge: (range) => at.queries.health(range), settledMs: () => at.now - 10_000 });
  await watch().run();
  let sequence = 0;
  const minutes = 47;
  for (let minute = 0; minute < minutes; minute += 1) {
    const startMs = START + minute * MINUTE;
    at.now = startMs + MINUTE + 12_000;
    // Now and then nobody calls for longer than is looked at, and the server is down for some minutes.
    const isQuiet = minute % 17 < 7 && minute > 16;
    if (!isQuiet) {
      sequence += 1;
      const failed = random(3) === 0 ? random(40) : 0;
      await at.take(
        reportOf(sequence, [
          toReviews(startMs, 100 - failed),
          ...(failed === 0 ? [] : [toReviews(startMs, failed, { code: 503 })]),
        ]),
        PRODUCTPAGE,
      );
    }
    if (random(3) === 0) store = new HealthStore(db);
    if (random(2) === 0) await watch().run();
  }
  await watch().run();
  const toMs = START + minutes * MINUTE;
  for (const subject of WHO) {
    const expected = await fromScratch(subject, toMs);
    expect(new Set(expected.map(({ status }) => status)).size).toBeGreaterThan(1);
    const kept = new HealthStore(db)
      .history(subject, START, toMs)
      .map(({ sinceMs, untilMs, status }) => ({ sinceMs, untilMs, status }));
    expect([subject, kept]).toEqual([subject, expected]);
  }
  expect(store.current().map(({ subject }) => subject)).toEqual(expect.arrayContaining(WHO));
}, 30_000);
