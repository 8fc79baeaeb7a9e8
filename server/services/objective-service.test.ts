import { expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS } from "#core/objectives/slot-sums.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { createObjectiveService } from "#server/services/objective-service.ts";
import { openDuckdb } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { REVIEWS, START, storeCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const at = storeCase(openDuckdb);
const MESH = {
  ...{ trustDomain: "cluster.local", domainSuffix: "cluster.local" },
  ...{ rootNamespace: "istio-system", traceSampling: 0 },
};

test("an objective's page shows what was counted, by minutes and by hours, and nothing of others' requests", async () => {
  const { resources } = parseDocuments(`
apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: called, namespace: default }
spec: { workload: reviews-v1, availability: { codes: "503" }, target: 90, window: { rolling: 6h } }
---
apiVersion: observe.pharos.dev/v1
kind: Objective
metadata: { name: nobody, namespace: default }
spec: { workload: nobody, availability: { codes: "503" }, target: 90, window: { rolling: 6h } }
`);
  const beginMs = Math.ceil(START / HOUR_MS) * HOUR_MS;
  const shares = [4, 0, 20];
  for (const [nth, bad] of shares.entries()) {
    const atMs = beginMs + nth * MINUTE_MS;
    at.now = atMs + MINUTE_MS;
    const failed = bad === 0 ? [] : [toReviews(atMs, bad, { side: "destination", code: 503 })];
    const traffic = [toReviews(atMs, 40 - bad, { side: "destination" }), ...failed];
    await at.take(reportOf(nth + 1, traffic, { storeId: "destination" }), REVIEWS);
  }
  at.now = beginMs + HOUR_MS + MINUTE_MS;
  const objectives = createObjectiveService({
    watch: { states: [] },
    telemetry: at.queries,
    state: { snapshot: () => ({ revision: 1, resources, instances: [], mesh: MESH }) },
    now: () => at.now,
  });
  const shown = async (name: string, seconds?: number) => {
    const ref = `Objective/default/${name}`;
    const { badPercent } = await objectives.get({ ref, ...(seconds === undefined ? {} : { seconds }) });
    return badPercent.flatMap(({ atMs, value }) => (value === null ? [] : [[(atMs - beginMs) / MINUTE_MS, value]]));
  };
  expect(await shown("called", 2 * 3600)).toEqual([
    [0, 10],
    [1, 0],
    [2, 50],
  ]);
  expect(await shown("called")).toEqual([[0, 20]]);
  expect(await shown("nobody", 2 * 3600)).toEqual([]);
});
