import { expect, test } from "vitest";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { RateBook } from "#server/telemetry/ingest/rate-book.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3600_000;
const window = (startMs: number, count: number): TrafficWindow => ({
  startMs,
  key: NOBODY,
  count,
  requestBytes: 0,
  responseBytes: 0,
  durationSumMs: 0,
  opened: 0,
  durations: [],
  requestSizes: [],
  responseSizes: [],
});

test("a proxy tells of no more requests of ten seconds than a proxy can have, in however many windows and reports", () => {
  const book = new RateBook(100);
  const at = NOW - 20_000;
  expect(book.take("a", [window(at, 600), window(at, 600)], NOW)).toMatchObject({
    windows: [{ count: 600 }],
    refused: 600,
  });
  expect(book.take("a", [window(at, 400)], NOW).refused).toBe(0);
  expect(book.take("a", [window(at, 1)], NOW)).toMatchObject({ windows: [], refused: 1 });
  expect(book.take("b", [window(at, 1000)], NOW).refused, "another proxy").toBe(0);
  expect(book.take("a", [window(at + 10_000, 1000)], NOW).refused, "another time").toBe(0);
});

test("an agent that was cut off for days tells of them all, and of no hour more than can be", () => {
  const book = new RateBook(100);
  const backlog = Array.from({ length: 3 * 24 * 360 }, (_, index) =>
    window(NOW - 3 * 24 * HOUR + index * 10_000, 1000),
  );
  expect(book.take("a", backlog, NOW).refused).toBe(0);
  expect(book.take("a", [window(NOW - 2 * 24 * HOUR, 1000)], NOW).refused).toBe(1000);
});

test("what is remembered of a proxy does not grow with its reports", () => {
  const book = new RateBook(100);
  for (let turn = 0; turn < 3000; turn += 1)
    expect(book.take("a", [window(NOW + turn * 10_000, 1000)], NOW + turn * 10_000).refused).toBe(0);
  expect(book.slotsOf("a")).toBeLessThan(100);
});

test("what was not stored is given back, once", () => {
  const book = new RateBook(100);
  const windows = [window(NOW - 20_000, 1000), window(NOW - 2 * HOUR, 360_000)];
  const { giveBack } = book.take("a", windows, NOW);
  giveBack();
  giveBack();
  expect(book.take("a", windows, NOW).refused).toBe(0);
  expect(book.take("a", windows, NOW).refused).toBe(361_000);
});
