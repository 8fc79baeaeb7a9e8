import { expect, it } from "vitest";
import { quantileOf } from "#core/telemetry/quantile.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { textOfKey } from "#core/telemetry/traffic-key.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { HOUR, MINUTE, PRODUCTPAGE, START, type StoreCase, toReviews } from "#server/telemetry/testing/store-case.ts";
import { fc } from "#testing/fc.ts";

type Step =
  | { readonly kind: "report"; readonly backMs: number; readonly count: number; readonly code: number }
  | { readonly kind: "later"; readonly byMs: number }
  | { readonly kind: "maintain" };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("report" as const),
      backMs: fc.constantFrom(0, 0, 10_000, 50_000, 3 * MINUTE, 25 * MINUTE),
      count: fc.integer({ min: 1, max: 50 }),
      code: fc.constantFrom(200, 404, 503),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("later" as const),
      byMs: fc.constantFrom(10_000, MINUTE, 11 * MINUTE, 26 * HOUR),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("maintain" as const) }) },
);

/** What is answered is what is stored, however often and whenever it was asked before. */
export function askedAgain(at: StoreCase): void {
  const answers = async (startMs: number): Promise<void> => {
    const range = { startMs, endMs: at.now };
    const [again, anew] = await Promise.all([
      at.store.traffic.sum(range),
      // By a condition that all have, which nothing is remembered by.
      at.store.traffic.sum(range, { having: {} }),
    ]);
    expect(toldBy(again.rows)).toEqual(toldBy(anew.rows));
  };

  it("answers a range that was asked for before as one that was not, whatever was stored, rolled up or dropped since", async () => {
    let sequence = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 8, maxLength: 16 }), async (steps) => {
        for (const step of steps) {
          switch (step.kind) {
            case "report": {
              const atMs = Math.max(START, Math.floor((at.now - step.backMs) / 10_000) * 10_000);
              sequence += 1;
              const report = reportOf(sequence, [toReviews(atMs, step.count, { code: step.code })]);
              // Asked while it is being stored, too.
              await Promise.all([at.take(report, PRODUCTPAGE), at.store.traffic.sum({ startMs: atMs, endMs: at.now })]);
              break;
            }
            case "later":
              at.now += step.byMs;
              break;
            default:
              await at.running.maintain();
          }
          for (const backMs of [MINUTE, HOUR]) await answers(at.now - backMs);
        }
      }),
      { numRuns: 12 },
    );
  });
}

function toldBy(rows: readonly TrafficRow[]) {
  return rows
    .map(({ key, count, opened, requestBytes, responseBytes, durationSumMs, durations }) => ({
      key: textOfKey(key),
      figures: [count, opened, requestBytes, responseBytes, durationSumMs],
      quantiles: [0, 0.5, 1].map((each) => quantileOf([{ histogram: durations, share: 1 }], each)),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
