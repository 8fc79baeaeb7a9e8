import type { Series } from "#components/charts/build-series.ts";
import type { ConsumerDetail } from "#core/view/limit.ts";

type Told = Pick<ConsumerDetail, "changes" | "startsAt" | "amount" | "carried" | "added" | "used">;

/**
 * What a consumer had used, and had left, of this period after each entry of its ledger that is kept. What was added shows from
 * when it was added on.
 */
export function ledgerSeries(consumer: Told, nowMs: number): Series[] {
  const { changes, startsAt, amount, carried, added } = consumer;
  const sinceMs = startsAt === null ? 0 : Date.parse(startsAt);
  const entries = changes
    .map((change) => ({ ...change, atMs: Date.parse(change.at) }))
    .filter(({ atMs }) => atMs >= sinceMs)
    .sort((a, b) => a.atMs - b.atMs);
  if (entries.length === 0) return [];
  const addedLater = entries.reduce((sum, { what, units }) => sum + (what === "top-up" ? units : 0), 0);
  let had = amount + carried + added - addedLater;
  const points = entries.map(({ atMs, what, units, used }) => {
    if (what === "top-up") had += units;
    return { atMs, used, left: Math.max(0, had - used) };
  });
  // What was told last holds until now.
  points.push({ atMs: nowMs, used: consumer.used, left: Math.max(0, amount + carried + added - consumer.used) });
  return [
    { key: "used", label: "Used", color: "series-1", points: points.map(({ atMs, used }) => ({ atMs, value: used })) },
    { key: "left", label: "Left", color: "series-2", points: points.map(({ atMs, left }) => ({ atMs, value: left })) },
  ];
}
