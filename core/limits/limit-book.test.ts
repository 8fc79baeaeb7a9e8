import { beforeEach, expect, test } from "vitest";
import { LimitBook, type Refused } from "#core/limits/limit-book.ts";

let now: number;
let told: Refused[];
let book: LimitBook;

beforeEach(() => {
  now = 1_000_000;
  told = [];
  book = new LimitBook({ now: () => now, tell: (refused) => void told.push(refused) });
});

const refuse = (party: string, count = 1) => book.add({ limit: "calls", party, count });

test("a party is told of at once, and then once a minute with how often it was refused since", () => {
  for (let i = 0; i < 100; i += 1) refuse("a");
  refuse("b");
  now += 60_000;
  refuse("a", 5);
  now += 60_000;
  book.summarize();
  expect(told).toEqual([
    { limit: "calls", party: "a", count: 1 },
    { limit: "calls", party: "b", count: 1 },
    { limit: "calls", party: "a", count: 104 },
  ]);
});

test("what came last with nothing after it is told by the summary", () => {
  refuse("a");
  refuse("a", 7);
  now += 60_000;
  book.summarize();
  book.summarize();
  expect(told.map(({ count }) => count)).toEqual([1, 7]);
});

test("however many addresses are refused, lines and entries are bounded and the totals are whole", () => {
  for (let i = 0; i < 10_000; i += 1) refuse(`10.0.${i >> 8}.${i & 255}`);
  expect(told).toHaveLength(30);
  expect(book.list()).toHaveLength(500);
  expect(book.list()[0]).toMatchObject({ party: "10.0.39.15", count: 1, firstMs: now });
  expect(book.totals.get("calls")).toBe(10_000);
});
