import { expect, test } from "vitest";
import { LineClock } from "#mesh-agent/telemetry/line-clock.ts";
import { RequestLedger } from "#mesh-agent/telemetry/request-ledger.ts";

const BOOT = 1_000_000;

function clockOf(...ends: readonly number[]): LineClock {
  const clock = new LineClock();
  for (const end of ends) clock.add(end);
  return clock;
}

const reading = (afterMs: number, completed: number, startedMs = BOOT) => ({
  fromMs: BOOT + afterMs,
  atMs: BOOT + afterMs,
  startedMs,
  completed,
});

test("lines that tell of all requests leave no gap, with more on their way", () => {
  const ledger = new RequestLedger(undefined);
  const lines = clockOf(BOOT + 100, BOOT + 200, BOOT + 3000);
  expect(ledger.compare(reading(1000, 2), lines)).toEqual([]);
  expect(ledger.compare(reading(2000, 2), lines)).toEqual([]);
  expect(ledger.compare(reading(4000, 3), lines)).toEqual([]);
});

test("requests that end while a ledger begins are not missed later", () => {
  const ledger = new RequestLedger(undefined);
  const begins = { ...reading(1000, 2), fromMs: BOOT + 500 };
  const lines = clockOf(BOOT + 100, BOOT + 200, BOOT + 700, BOOT + 800);
  expect(ledger.compare(begins, lines)).toEqual([]);
  expect(ledger.compare(reading(2000, 4), lines)).toEqual([]);
});

test("requests that the log does not tell of are a gap, told once", () => {
  const ledger = new RequestLedger(undefined);
  ledger.compare(reading(1000, 1), clockOf(BOOT + 100));
  const lines = clockOf(BOOT + 100, BOOT + 2000);
  expect(ledger.compare(reading(3000, 6), lines)).toMatchObject([
    { startMs: BOOT + 1000, endMs: BOOT + 3000, requests: 4 },
  ]);
  expect(ledger.compare(reading(5000, 6), lines)).toEqual([]);
  expect(ledger.compare(reading(7000, 8), lines)).toMatchObject([{ requests: 2 }]);
});

test("a ledger that begins beside a running Envoy holds nothing against its past", () => {
  const ledger = new RequestLedger(undefined);
  expect(ledger.compare(reading(60_000, 500), clockOf())).toEqual([]);
  expect(ledger.compare(reading(61_000, 501), clockOf())).toMatchObject([{ requests: 1 }]);
});

test("a killed Envoy is a gap of what it had counted and not written", () => {
  const ledger = new RequestLedger(undefined);
  ledger.compare(reading(1000, 0), clockOf());
  ledger.compare(reading(2000, 10), clockOf(...Array.from({ length: 10 }, () => BOOT + 1500)));
  const lines = clockOf(...Array.from({ length: 10 }, () => BOOT + 1500), BOOT + 9500);
  const gaps = ledger.compare(reading(10_000, 1, BOOT + 9000), lines);
  expect(gaps).toMatchObject([{ startMs: BOOT + 2000, endMs: BOOT + 9000, requests: 0 }]);
  expect(ledger.compare(reading(11_000, 2, BOOT + 9000), lines)).toMatchObject([{ requests: 1 }]);
});

test("an Envoy that the agent stopped is no gap", () => {
  const ledger = new RequestLedger(undefined);
  ledger.compare(reading(1000, 5), clockOf());
  ledger.markClean();
  const again = new RequestLedger(ledger.state);
  expect(again.compare(reading(10_000, 0, BOOT + 9000), clockOf())).toEqual([]);
});

test("an Envoy that was not stopped and whose age jitters by a second is the same one", () => {
  const ledger = new RequestLedger(undefined);
  ledger.compare(reading(1000, 0), clockOf());
  expect(ledger.compare(reading(2000, 0, BOOT + 900), clockOf())).toEqual([]);
});

test("a log that nobody has read before owes all that Envoy has counted", () => {
  const ledger = new RequestLedger(undefined, true);
  expect(ledger.compare(reading(1000, 5), clockOf(BOOT + 100))).toMatchObject([{ startMs: BOOT, requests: 4 }]);
});

test("an agent that dies soon after its Envoy did holds the new one's requests against nobody", () => {
  const ledger = new RequestLedger(undefined);
  const clock = new LineClock();
  const add = (...ends: readonly number[]): void => {
    for (const end of ends) clock.add(end);
  };
  add(...Array.from({ length: 10 }, () => BOOT + 500));
  ledger.compare(reading(1000, 10), clock);
  // Envoy dies and comes back at 9000; 50 of its requests are folded, and it was not yet held against them.
  add(...Array.from({ length: 50 }, () => BOOT + 9500));
  const stored = clock.stateWith([], (ledger.state?.atMs ?? 0) - 1000);
  const again = new LineClock(JSON.parse(JSON.stringify(stored)) as typeof stored);
  const gaps = new RequestLedger(ledger.state).compare(reading(10_000, 53, BOOT + 9000), again);
  expect(gaps.map(({ requests }) => requests)).toEqual([0, 3]);
});

test("an agent that dies before its first comparison leaves what Envoy had counted to the next one", () => {
  const clock = clockOf(BOOT + 100, BOOT + 200);
  const again = new LineClock(clock.stateWith([], 0));
  const ledger = new RequestLedger(undefined, true);
  ledger.begin(reading(1000, 6), again);
  // Meanwhile the log grew by more than a clock remembers.
  for (let index = 0; index < 7000; index += 1) again.add(BOOT + 2000 + index * 20);
  expect(again.reachesBack(BOOT)).toBe(false);
  expect(ledger.compare(reading(200_000, 7006), again)).toMatchObject([{ startMs: BOOT, requests: 4 }]);
});

test("a log that is longer than the clock remembers holds nothing against an Envoy's past", () => {
  const clock = clockOf(...Array.from({ length: 7000 }, (_, index) => BOOT + index * 20));
  const ledger = new RequestLedger(undefined, true);
  expect(ledger.compare(reading(200_000, 7000), clock)).toEqual([]);
  expect(ledger.compare(reading(201_000, 7001), clock)).toMatchObject([{ requests: 1 }]);
});

test("nor against the past of one that came after another Envoy", () => {
  const ledger = new RequestLedger(undefined);
  ledger.compare(reading(1000, 0), clockOf());
  ledger.markClean();
  // The new one started at 9000; its 7000 lines are all there, and the clock has forgotten the first of them.
  const clock = clockOf(...Array.from({ length: 7000 }, (_, index) => BOOT + 9100 + index * 20));
  expect(clock.reachesBack(BOOT + 9000)).toBe(false);
  expect(ledger.compare(reading(200_000, 7000, BOOT + 9000), clock)).toEqual([]);
  expect(ledger.compare(reading(201_000, 7001, BOOT + 9000), clock)).toMatchObject([{ requests: 1 }]);
});
