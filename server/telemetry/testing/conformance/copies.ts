import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { MINUTE, PRODUCTPAGE, START, type StoreCase, toReviews } from "#server/telemetry/testing/store-case.ts";

/** A copy is a store of its own. */
export function copies(at: StoreCase): void {
  test("a copy that is made while reports come holds what was acknowledged, exactly once, and the next report counts in it", async () => {
    const dir = mkdtempSync(join(tmpdir(), "pharos-copy-"));
    try {
      await at.take(reportOf(1, [toReviews(START, 100)]), PRODUCTPAGE);
      const later = Promise.all(
        Array.from({ length: 20 }, (_, index) => at.take(reportOf(index + 2, [toReviews(START, 1)]), PRODUCTPAGE)),
      );
      await at.store.upkeep.copyTo(dir);
      await later;
      const total = await at.totalOf(START, START + MINUTE);
      expect(total).toBe(120);
      const copy = await at.openAt(dir);
      try {
        const { rows } = await copy.traffic.sum({ startMs: START, endMs: START + MINUTE });
        const copied = rows.reduce((sum, { count }) => sum + count, 0);
        expect(copied).toBeGreaterThanOrEqual(100);
        expect(copied).toBeLessThanOrEqual(total);
        // Who was counted is known with it.
        expect(at.held.reached.map(({ sequence }) => Number(sequence))).toEqual([1 + copied - 100]);
      } finally {
        await copy.close();
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
}
