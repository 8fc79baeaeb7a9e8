import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createAlertService } from "#server/services/alert-service.ts";
import { AlertStore } from "#server/watch/alert-store.ts";
import { AlertWatch } from "#server/watch/alert-watch.ts";
import { prepared } from "#server/watch/open-watch.ts";

test("whoever reads alerts as JSON reads of each value what it is, or that it is no number that can be written", async () => {
  const store = new AlertStore(prepared(new DatabaseSync(":memory:")));
  const values = [0.5, Number.NaN, Number.POSITIVE_INFINITY];
  const watch = new AlertWatch({
    ...{ store, receivers: () => [], silences: () => [], revision: () => 0, now: () => 1_000_000 },
    evaluate: async () => [
      {
        ...{ rule: "AlertRule/a/r", forMs: 0 },
        findings: values.map((value) => ({ labels: { alertname: "r", at: String(value) }, annotations: {}, value })),
      },
    ],
    tellAlertmanager: async () => undefined,
  });
  await watch.run();
  const state = { snapshot: () => expect.fail("nobody asks for receivers") };
  const alerts = createAlertService({ watch, store, refusals: new Map(), state });
  expect(alerts.list().map(({ value }) => value)).toEqual([0.5, null, null]);
  expect(JSON.parse(JSON.stringify(alerts.list()))).toEqual(alerts.list());
  expect(alerts.summary()).toEqual({ firing: 3, silenced: 0, inhibited: 0, pending: 0 });
});
