import { expect, test } from "vitest";
import { ratedRange } from "#server/telemetry/query/rated-range.ts";

const LONG_AGO = 0;

test.each([
  // The window at 60 s is under way.
  [
    "leaves out the window that is under way",
    [8_000, 68_000],
    { firstMs: LONG_AGO, settledMs: 65_000 },
    [0, 60_000],
    60,
  ],
  [
    "leaves out one whose reports are on their way",
    [0, 62_000],
    { firstMs: LONG_AGO, settledMs: 59_000 },
    [0, 50_000],
    50,
  ],
  ["is whole at both ends in the past", [3_000, 33_000], { firstMs: LONG_AGO, settledMs: 900_000 }, [0, 40_000], 40],
  ["counts no time before there was a mesh", [0, 68_000], { firstMs: 30_000, settledMs: 65_000 }, [0, 60_000], 30],
  ["is what there is while no window is whole", [0, 38_000], { firstMs: 30_000, settledMs: 35_000 }, [0, 38_000], 10],
  ["is one window at least", [20_000, 22_000], { firstMs: LONG_AGO, settledMs: 19_000 }, [20_000, 22_000], 10],
] as const)("a range %s", (_, [startMs, endMs], time, [from, to], seconds) => {
  expect(ratedRange({ startMs, endMs }, time)).toEqual({ startMs: from, endMs: to, seconds });
});
