import { expect, test } from "vitest";
import { retentionFlag } from "#programs/retention-flag.ts";
import { DEFAULT_RETENTION } from "#server/telemetry/ports/retention.ts";

const DAY_MS = 86_400_000;

test("what is named is kept so long, the rest as by default", () => {
  const { tiersMs } = DEFAULT_RETENTION;
  expect(retentionFlag("10s=36h, requests=3d,size=1.5GB")).toEqual({
    ...DEFAULT_RETENTION,
    tiersMs: { ...tiersMs, "10s": 1.5 * DAY_MS },
    samplesMs: 3 * DAY_MS,
    bytesMax: 1.5 * 1024 ** 3,
  });
});

test.each([
  ["5s=1d", '--retention: "5s=1d" is none of 10s, 1m, 10m, requests, spans, logs, points, size with a value'],
  ["10s", '--retention: "10s" is none of 10s, 1m, 10m, requests, spans, logs, points, size with a value'],
  ["10s=1d,10s=2d", "--retention: 10s is named twice"],
  ["spans=soon", "--retention: spans=soon is no time from an hour to ten years"],
  ["spans=1m", "--retention: spans=1m is no time from an hour to ten years"],
  ["10s=30d", "--retention: longer windows must be kept at least as long as the shorter ones they are made of"],
  ["size=8", "--retention: size=8 is no size of 100MB or more"],
])("--retention %s is refused, with what is wrong", (text, message) => {
  expect(() => retentionFlag(text)).toThrow(message);
});
