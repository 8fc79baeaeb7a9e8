import { expect, test } from "vitest";
import { CautiousClock, type Pace } from "#core/rate-limit/cautious-clock.ts";

test.each<[Pace, number[]]>([
  ["fast", [100, 3_600_200, 3_600_300, 3_600_800]],
  ["slow", [100, 200, 200, 300]],
])("by the %s clock jumps of the wall clock are never to anybody's favour", (pace, expected) => {
  let [monotonicMs, wallMs] = [5000, 1e12];
  const clock = new CautiousClock({ monotonicMs: () => monotonicMs, wallMs: () => wallMs }, pace);
  const move = (monotonic: number, wall: number): number => {
    monotonicMs += monotonic;
    wallMs += wall;
    return clock.now();
  };
  // As it should; an hour forward; an hour back; and a host that slept, whose monotonic clock stood still.
  expect([move(100, 100), move(100, 3_600_100), move(100, -3_599_900), move(100, 500)]).toEqual(expected);
});

test("one that is started again goes on where it was, and the time between does not count", () => {
  const sources = { monotonicMs: () => 7, wallMs: () => 1e12 };
  expect(new CautiousClock(sources, "slow", 1234).now()).toBe(1234);
});
