import { expect, test } from "vitest";
import { readCounters } from "#mesh-agent/telemetry/read-counters.ts";

const STARTED_MS = 1_000_000_000;

/** An Envoy of this age that answers after so long, and counts two requests, one of which has not ended. */
async function read({ ageMs, answersAfterMs, knownMs }: { ageMs: number; answersAfterMs: number; knownMs: number }) {
  let nowMs = STARTED_MS + ageMs;
  const admin = {
    get: async () => {
      nowMs += answersAfterMs;
      return {
        status: 200,
        body: JSON.stringify({ uptime_current_epoch: `${Math.floor((nowMs - STARTED_MS) / 1000)}s` }),
      };
    },
    stats: async () =>
      new Map([
        ["http.in.downstream_rq_total", 2],
        ["http.in.downstream_rq_active", 1],
        ["http.admin.downstream_rq_total", 9],
      ]),
  };
  return readCounters(
    admin as unknown as Parameters<typeof readCounters>[0],
    () => nowMs,
    () => knownMs,
  );
}

test.each([
  ["at once", 0],
  ["late, as it takes in a large configuration", 1990],
])("an Envoy that answers %s is the process that was started", async (_, answersAfterMs) => {
  for (let ageMs = 10_000; ageMs < 11_000; ageMs += 90)
    expect(await read({ ageMs, answersAfterMs, knownMs: STARTED_MS })).toMatchObject({
      startedMs: STARTED_MS,
      completed: 1,
    });
});

test("one that is another by now is not taken for it", async () => {
  const reading = await read({ ageMs: 5000, answersAfterMs: 0, knownMs: STARTED_MS + 4000 });
  expect(Math.abs((reading?.startedMs ?? 0) - STARTED_MS)).toBeLessThanOrEqual(1000);
});
