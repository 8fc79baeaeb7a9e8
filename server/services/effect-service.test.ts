import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeDifference } from "#core/traffic/describe-difference.ts";
import { createEffectStore } from "#server/config/effect-store.ts";
import { type ConfigStore, createConfigStore } from "#server/config/store.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { createEffectService, EFFECT_MS } from "#server/services/effect-service.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { PRODUCTPAGE, REVIEWS_HOST, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const at = storeCase(openDuckdb);
const WRITTEN = START + EFFECT_MS + 3000;
let dir: string;
let database: OpenDatabase;
let store: ConfigStore;
let sequence = 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-effects-"));
  database = await openDatabase(join(dir, "pharos.db"));
  store = createConfigStore(database.db, undefined, () => new Date(at.now));
  sequence = 0;
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const routing = (name: string, timeout: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name} }
spec:
  hosts: [${name}]
  http: [{ timeout: ${timeout}, route: [{ destination: { host: ${name} } }] }]
`;

async function write(name: string, atMs: number, timeout = "1s"): Promise<number> {
  at.now = atMs;
  const changes = [{ op: "upsert" as const, text: routing(name, timeout) }];
  const { revision } = await store.apply({ changes, author: "ada", reason: `route ${name}` });
  return revision ?? 0;
}

/** Twenty requests in each window up to a moment, of which so many fail. */
async function serve(fromMs: number, toMs: number, failed: number): Promise<void> {
  for (let windowMs = fromMs; windowMs < toMs; windowMs += 10_000) {
    at.now = windowMs + 12_000;
    sequence += 1;
    const failures = failed === 0 ? [] : [toReviews(windowMs, failed, { code: 503 })];
    await at.take(reportOf(sequence, [toReviews(windowMs, 20 - failed), ...failures]), PRODUCTPAGE);
  }
}

const service = () =>
  createEffectService({
    store,
    effects: createEffectStore(database.db),
    telemetry: at.queries,
    state: {
      snapshot: () =>
        ({
          ...{ resources: [], instances: [], revision: 1 },
          mesh: { trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system" },
        }) as never,
    },
    explain: () => [],
    now: () => at.now,
    onError: (error) => {
      throw error;
    },
  });

test("what a revision did is measured when as much time is over after it as is looked at before it, and kept", async () => {
  await serve(START, START + EFFECT_MS, 0);
  const revision = await write("reviews", WRITTEN);
  const other = await write("details", WRITTEN + 1000);
  const near = await write("reviews", WRITTEN + 2000, "3s");
  const after = START + EFFECT_MS + 10_000;
  await serve(after, after + 120_000, 5);

  await service().measureDue();
  expect(await service().effects.list([revision])).toEqual([]);
  // Enough to say what it looks like so far.
  at.now = after + 120_000 + 30_000;
  const soFar = await service().effects.get(revision);
  expect(soFar).toMatchObject({ isSoFar: true, effect: { findings: [{ figure: "failed", isWorse: true }] } });

  await serve(after + 120_000, after + EFFECT_MS, 5);
  at.now = after + EFFECT_MS + 40_000;
  await service().measureDue();
  const [kept] = await service().effects.list([revision]);
  expect(kept?.findings.map(describeDifference)).toEqual(["failures of productpage → reviews from 0 % to 25 %"]);
  expect(kept).toMatchObject({
    // What was written of details has nothing to do with it.
    ...{ others: [near], silence: null, trafficCount: 1 },
    traffic: [{ before: { requests: 600, failedPercent: 0 }, after: { requests: 600, failedPercent: 25 } }],
  });
  expect(await service().effects.get(revision)).toEqual({ effect: kept, isSoFar: false, wholeAt: null });
  // Nobody calls details.
  expect((await service().effects.get(other)).effect).toMatchObject({ findings: [], silence: "no requests" });
});

test("marks are of a time, newest first, with what is known of them and whether they bear on a service", async () => {
  await serve(START, START + EFFECT_MS, 0);
  const reviews = await write("reviews", WRITTEN);
  const details = await write("details", WRITTEN + 1000);
  const after = START + EFFECT_MS + 10_000;
  await serve(after, after + EFFECT_MS, 5);
  at.now = after + EFFECT_MS + 40_000;
  await service().measureDue();
  const range = { fromMs: WRITTEN, toMs: WRITTEN + 1000, limit: 10 };
  expect(await service().effects.marks({ ...range, host: REVIEWS_HOST })).toMatchObject([
    { revision: details, bears: false, findings: [] },
    { revision: reviews, bears: true, atMs: WRITTEN, author: "ada", reason: "route reviews", changed: 1 },
  ]);
  expect(await service().effects.marks({ ...range, toMs: WRITTEN })).toMatchObject([
    { revision: reviews, bears: null },
  ]);
});
