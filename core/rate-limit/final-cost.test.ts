import { expect, test } from "vitest";
import { costSoFar, finalCost, isCostedLate } from "#core/rate-limit/final-cost.ts";

const rule = (more: Partial<Parameters<typeof finalCost>[0]> = {}) => ({
  unit: "Requests" as const,
  cost: { request: 1, requestHeader: undefined, responseHeader: undefined, most: 1 },
  refunds: [],
  ...more,
});
const told = rule({ cost: { request: 1, requestHeader: undefined, responseHeader: "x-cost", most: 50 } });
const refunds = [{ from: 500, to: 599 }];
const ended = (status: number, cost?: number) => ({
  status,
  bytes: 700,
  told: new Map(cost === undefined ? [] : [["x-cost", cost]]),
});

test.each([
  ["what was taken", rule(), ended(200), 3],
  ["what the response says", told, ended(200, 7), 7],
  ["nothing, where it says so", told, ended(200, 0), 0],
  ["not more than it may say", told, ended(200, 700), 50],
  ["what was taken, where it says nothing", told, ended(200), 3],
  ["nothing of what is refunded", rule({ refunds }), ended(503), 0],
  ["nothing of what is refunded, whatever it says", { ...told, refunds }, ended(500, 9), 0],
  ["what was taken of all else", rule({ refunds }), ended(499), 3],
  ["bytes", rule({ unit: "Bytes" }), ended(200), 700],
  ["a place that is free again", rule({ unit: "Concurrent" }), ended(200), 0],
  ["a place that is free again, however it ended", rule({ unit: "Concurrent" }), undefined, 0],
  ["what was taken of an end that nobody told", told, undefined, 3],
])("a request costs %s", (_, of, end, cost) => {
  expect(finalCost(of, 3, end)).toBe(cost);
});

test.each([
  ["bytes, as many as there were", rule({ unit: "Bytes" }), 200, 700],
  ["no less than was taken", rule({ unit: "Bytes" }), 200, 3, 2],
  ["bytes before there is a response", rule({ unit: "Bytes" }), 0, 700],
  ["what was taken, where its response may be refunded", rule({ unit: "Bytes", refunds }), 0, 3],
  ["what was taken, where it is refunded", rule({ unit: "Bytes", refunds }), 503, 3],
  ["bytes, where it is not", rule({ unit: "Bytes", refunds }), 200, 700],
  ["what was taken of requests", told, 200, 3],
  ["what was taken of a place", rule({ unit: "Concurrent" }), 200, 3],
])("one that has not ended has cost %s", (_, of, status, cost, bytes = 700) => {
  expect(costSoFar(of, 3, { status, bytes, told: new Map([["x-cost", 9]]) })).toBe(cost);
});

test("who costs what was known before is not waited for", () => {
  expect(
    [rule(), told, rule({ refunds }), rule({ unit: "Bytes" }), rule({ unit: "Concurrent" })].map(isCostedLate),
  ).toEqual([false, true, true, true, true]);
});
