import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { advanceAlerts } from "#core/alerts/advance-alerts.ts";
import { LeaseStore } from "#server/limits/lease-store.ts";
import { evaluateQuotas } from "#server/watch/evaluate-quotas.ts";

const keyOf = (consumer: string): string => `shop/monthly|Quota@gold||["${consumer}"]`;

/** What consumers have used of 100, and which percents they reached at which moment. */
function openLedger() {
  const store = new LeaseStore(new DatabaseSync(":memory:"));
  const reach = (consumer: string, atMs: number, used: number, reached: readonly number[], endMs = 1000): void => {
    const entry = { startMs: 0, endMs, amount: 100, used, carried: 0, added: 0 };
    const change = { what: "draw" as const, units: 1, author: "shop/web-0 r", lease: 1, reason: "" };
    const key = keyOf(consumer);
    store.write({ nowMs: 0, calendarMs: 0 }, [], [], [{ key, atMs, entries: [entry], held: 0, change, reached }]);
  };
  const found = (most: number) =>
    evaluateQuotas(() => store.ledger.standing(500, most)).findings.map(
      ({ labels, value }) => `${labels.consumer} ${labels.percent} % ${labels.plan} ${value}`,
    );
  return { reach, found };
}

test("a consumer's alerts are of the percents that it has reached and still has", () => {
  const { reach, found } = openLedger();
  reach("acme", 1, 80, [80]);
  reach("acme", 2, 96, [95]);
  reach("over", 1, 99, [80, 95], 400);
  reach("back", 1, 85, [80]);
  reach("back", 2, 10, []);
  reach("half", 3, 96, [80, 95]);
  reach("half", 4, 90, []);
  expect(found(10)).toEqual(['["acme"] 80 % gold 96', '["acme"] 95 % gold 96', '["half"] 80 % gold 90']);
});

test("where more reach one than may be alerts, those that were first stay", () => {
  const { reach, found } = openLedger();
  reach("b", 1, 80, [80]);
  reach("c", 2, 80, [80]);
  expect(found(2)).toEqual(['["b"] 80 % gold 80', '["c"] 80 % gold 80']);
  reach("a", 3, 80, [80]);
  reach("c", 4, 96, [95]);
  expect(found(2)).toEqual(['["b"] 80 % gold 80', '["c"] 80 % gold 96', '["c"] 95 % gold 96']);
});

test("a ledger that cannot be read is told, and its alerts stay while other rules are asked", () => {
  const db = new DatabaseSync(":memory:");
  const { ledger } = new LeaseStore(db);
  const standing = [{ key: keyOf("acme"), percent: 80, used: 90, amount: 100 }];
  const before = advanceAlerts([], [evaluateQuotas(() => standing)], 0).changed;
  db.close();
  const unread = evaluateQuotas(() => ledger.standing(500, 10));
  expect(unread.error).toContain("database is not open");
  const other = { rule: "AlertRule/a/r", forMs: 0, findings: [{ labels: {}, annotations: {}, value: 1 }] };
  const { changed, dropped } = advanceAlerts(before, [unread, other], 1);
  expect([changed.map(({ rule, resolvedMs }) => [rule, resolvedMs]), dropped]).toEqual([[["AlertRule/a/r", null]], []]);
});

test("labels and words say who it is, of which plan, and all together where nobody is told apart", () => {
  const standing = ['shop/monthly|Quota@gold||["acme"]', "shop/monthly|Quota||"].map((key) => ({
    ...{ key, percent: 80, used: 90, amount: 100 },
  }));
  const of = {
    alertname: "QuotaSoftLimit",
    severity: "ticket",
    namespace: "shop",
    quota: "shop/monthly",
    percent: "80",
  };
  expect(evaluateQuotas(() => standing).findings).toEqual([
    {
      labels: { ...of, consumer: '["acme"]', plan: "gold" },
      annotations: { summary: "acme used 80 % of Quota shop/monthly" },
      value: 90,
    },
    {
      labels: { ...of, consumer: "" },
      annotations: { summary: "all together used 80 % of Quota shop/monthly" },
      value: 90,
    },
  ]);
});
