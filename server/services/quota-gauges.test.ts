import { expect, test } from "vitest";
import { renderMetrics } from "#node/prometheus-text.ts";
import type { KnownBucket } from "#server/limits/lease-desk.ts";
import { QuotaGauges } from "#server/services/quota-gauges.ts";

const bucket = (key: string, used: number, more: Partial<KnownBucket> = {}): KnownBucket => ({
  ...{ key, values: key, amount: 100, used, held: 1, left: 99 - used, carried: 0, added: 0, span: undefined },
  ...more,
});

function gauges(quotas: Readonly<Record<string, readonly KnownBucket[]>>, now = () => 0) {
  const leases = {
    rules: () =>
      Object.keys(quotas).map((id) => {
        const [policy = "", name = ""] = id.split("|");
        return { ...{ id, keys: 1, members: 1 }, known: { rule: { policy, name, soft: [80] } } };
      }),
    buckets: (id: string) => quotas[id] ?? [],
  };
  return new QuotaGauges(leases as never, now);
}
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("a Quota has the same few series however many consumers it has, and none of their names", () => {
  const consumers = [bucket("secret-a", 79), bucket("secret-b", 80), bucket("secret-c", 150, { added: 50 })];
  const text = renderMetrics(gauges({ "shop/monthly|Quota": consumers, "shop/calls|burst": consumers }).metrics());
  expect(linesOf(text)).toEqual([
    'pharos_quota_consumers{quota="shop/monthly",plan=""} 3',
    'pharos_quota_amount_units{quota="shop/monthly",plan=""} 350',
    'pharos_quota_used_units{quota="shop/monthly",plan=""} 309',
    'pharos_quota_held_units{quota="shop/monthly",plan=""} 3',
    'pharos_quota_consumers_over{quota="shop/monthly",plan="",percent="80"} 2',
    'pharos_quota_consumers_over{quota="shop/monthly",plan="",percent="100"} 1',
  ]);
  expect(text).not.toContain("secret");
});

test("what a plan has is told apart, and without Quotas there is nothing", () => {
  const text = renderMetrics(gauges({ "shop/monthly|Quota@gold": [bucket("a", 1)] }).metrics());
  expect(text).toContain('pharos_quota_used_units{quota="shop/monthly",plan="gold"} 1');
  const own = renderMetrics(gauges({ "shop/gold~monthly|Quota": [bucket("a", 1)] }).metrics());
  expect(own).toContain('pharos_quota_used_units{quota="shop/gold~monthly",plan="gold"} 1');
  expect(gauges({}).metrics()).toEqual([]);
});

test("of very many Quotas the rest is counted, and none is read again within seconds", () => {
  const many = Object.fromEntries(Array.from({ length: 1003 }, (_, at) => [`shop/q${at}|Quota`, [bucket("a", 1)]]));
  let nowMs = 0;
  const all = gauges(many, () => nowMs);
  const first = all.metrics();
  expect(renderMetrics(first)).toContain("pharos_quota_left_out 3\n");
  nowMs = 9_999;
  expect(all.metrics()).toBe(first);
  nowMs = 10_000;
  expect(all.metrics()).not.toBe(first);
});
