import { expect, test } from "vitest";
import { NO_START_SETTINGS, type StartSettings } from "#core/mesh-config/start-settings.ts";
import { describeUnmet, type Host, type OwnSettings, settleSettings } from "#mesh-agent/envoy/host-settings.ts";

const HOST: Host = { processors: 4, environment: { TERM: "xterm" } };
const NOTHING: OwnSettings = { environment: {} };
const given = (more: Partial<StartSettings>): StartSettings => ({ ...NO_START_SETTINGS, ...more });

test.each([
  [undefined, undefined, 1],
  [2, undefined, 2],
  [0, undefined, 4],
  [64, undefined, 4],
  [2, 3, 3],
  [undefined, 8, 8],
])("of %s given and %s by the host itself %s threads are made", (concurrency, own, made) => {
  expect(settleSettings(given({ concurrency }), { ...NOTHING, concurrency: own }, HOST).concurrency).toBe(made);
});

test("a variable that the host has, or its agent's own file, is the host's", () => {
  const environment = { TERM: "dumb", REGION: "eu", ZONE: "a" };
  const own = { environment: { ZONE: "own" } };
  expect(settleSettings(given({ environment }), own, HOST).environment).toEqual({ REGION: "eu", ZONE: "own" });
  expect(describeUnmet(given({ environment }), given({ environment }), own, HOST)).toEqual([
    "environment: TERM, ZONE as its own host sets it",
  ]);
});

test("what an Envoy that runs was not started with waits, and is named", () => {
  const running = given({ concurrency: 1, environment: { A: "1", B: "1" } });
  const next = given({
    concurrency: 2,
    drainSeconds: 5,
    environment: { B: "2" },
    runtime: { "a.b": "1" },
    stats: { prefixes: ["x"], suffixes: [], regexes: [] },
  });
  expect(describeUnmet(running, next, NOTHING, HOST)).toEqual([
    "concurrency is 1 until envoy starts again, and then 2",
    "drainDuration, in seconds, is 45 until envoy starts again, and then 5",
    "environment: A, B as set now only when envoy starts again",
    "runtime: a.b as set now only when envoy starts again",
    "proxyStatsMatcher as set now only when envoy starts again",
  ]);
  expect(describeUnmet(next, next, NOTHING, HOST)).toEqual([]);
});

test("what the host overrules does not wait: it is said to be overruled", () => {
  const own = { ...NOTHING, concurrency: 1 };
  expect(describeUnmet(given({}), given({ concurrency: 2 }), own, HOST)).toEqual([
    "concurrency is 1 by its host's own configuration, and not 2",
  ]);
  expect(describeUnmet(given({ concurrency: 9 }), given({ concurrency: 9 }), NOTHING, HOST)).toEqual([
    "concurrency is 4, as many as its host has processors, and not 9",
  ]);
});
