import { expect, test } from "vitest";
import type { TrafficRange } from "#server/telemetry/ports/traffic-reader.ts";
import { planRange, type TierState } from "#server/telemetry/stores/plan-range.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Now is 10:07:25; minutes are rolled up to 10:07, ten minutes to 10:00. */
const NOW = 10 * HOUR + 7 * MINUTE + 25_000;
const STATE: TierState = {
  rolledMs: { "1m": 10 * HOUR + 7 * MINUTE, "10m": 10 * HOUR, "1h": 10 * HOUR, "1d": 0 },
  keptFromMs: { "10s": 8 * HOUR, "1m": 2 * HOUR, "10m": 0, "1h": 0, "1d": 0 },
};

const at = (hours: number, minutes = 0, seconds = 0): number => hours * HOUR + minutes * MINUTE + seconds * 1000;

test.each<[string, TrafficRange, [string, number, number][]]>([
  [
    "the last minute is all fine windows",
    { startMs: NOW - MINUTE, endMs: NOW },
    [["10s", at(10, 6, 20), at(10, 7, 30)]],
  ],
  [
    "an hour is ten-minute windows with finer ends",
    { startMs: at(9, 7, 25), endMs: NOW },
    [
      ["10s", at(9, 7, 20), at(9, 8)],
      ["1m", at(9, 8), at(9, 10)],
      ["10m", at(9, 10), at(10, 0)],
      ["1m", at(10, 0), at(10, 7)],
      ["10s", at(10, 7), at(10, 7, 30)],
    ],
  ],
  [
    "a rounded start spares the finest",
    { startMs: at(9, 7, 25), endMs: at(10, 7), startRoundMs: MINUTE },
    [
      ["1m", at(9, 7), at(9, 10)],
      ["10m", at(9, 10), at(10, 0)],
      ["1m", at(10, 0), at(10, 7)],
    ],
  ],
  [
    "a series reads nothing coarser than its step",
    { startMs: at(9, 58), endMs: at(10, 1), stepMsMax: 20_000 },
    [["10s", at(9, 58), at(10, 1)]],
  ],
  [
    "a series of two minutes reads minutes",
    { startMs: at(9, 40), endMs: at(10, 4), stepMsMax: 120_000 },
    [["1m", at(9, 40), at(10, 4)]],
  ],
  [
    "before the finest are kept, minutes are all there is",
    { startMs: at(7, 58, 30), endMs: at(8, 0, 30), stepMsMax: 10_000 },
    [
      ["1m", at(7, 58), at(8, 0)],
      ["10s", at(8, 0), at(8, 0, 30)],
    ],
  ],
  [
    "three hours are hours, with finer ends",
    { startMs: at(6, 58), endMs: at(9, 10) },
    [
      ["1m", at(6, 58), at(7, 0)],
      ["1h", at(7, 0), at(9, 0)],
      ["10m", at(9, 0), at(9, 10)],
    ],
  ],
  ["long ago, ten minutes are all there is", { startMs: at(1, 15), endMs: at(1, 25) }, [["10m", at(1, 10), at(1, 30)]]],
])("%s", (_, request, parts) => {
  expect(planRange(request, STATE).parts.map(({ tier, fromMs, toMs }) => [tier, fromMs, toMs])).toEqual(parts);
});
