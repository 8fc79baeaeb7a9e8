import { expect, test } from "vitest";
import { buildStrip } from "#components/health/build-strip.ts";

const run = (sinceMs: number, untilMs: number) =>
  ({ sinceMs, untilMs, status: "healthy", reason: "", cause: null }) as const;

test("runs are cut to the time that is shown, and short ones are seen", () => {
  const parts = buildStrip([run(0, 50), run(50, 150), run(1000, 1001), run(1090, 1500)], 100, 1100);
  expect(parts.map(({ leftPercent, widthPercent }) => [leftPercent, widthPercent])).toEqual([
    [0, 5],
    [90, 0.4],
    [99, 1],
  ]);
});
